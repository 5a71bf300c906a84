import { mergeConfig } from 'vitest/config';
import { packageTests } from '../../vitest.shared.ts';

// One control plane serves all files; RegistryMirrors are cluster-wide, so files with an operator run one after another.
const tests = packageTests('core', {
  globalSetup: ['./test/support/shared-control-plane.ts'],
  testTimeout: 30_000,
  fileParallelism: false,
});

// The global setup is loaded in an environment of vitest's own.
const conditions = ['@entrepot/source', 'node', 'import', 'default'];
export default mergeConfig(tests, { environments: { __vitest__: { resolve: { conditions } } } });
