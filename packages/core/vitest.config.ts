import { packageTests } from '../../vitest.shared.ts';

// One control plane serves all files; RegistryMirrors are cluster-wide, so files with an operator run one after another.
export default packageTests('core', {
  globalSetup: ['./test/support/shared-control-plane.ts'],
  fileParallelism: false,
});
