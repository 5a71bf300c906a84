import { packageTests } from '../../vitest.shared.ts';

// One control plane serves all files; its first start may have to download or build the programs.
export default packageTests('kube', {
  globalSetup: ['./test/support/shared-control-plane.ts'],
});
