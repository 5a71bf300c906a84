import { mergeConfig } from 'vitest/config';
import { packageTests } from '../../vitest.shared.ts';

// One control plane serves all files; its first start may have to download or build the programs.
const tests = packageTests('kube', {
  globalSetup: ['./test/support/shared-control-plane.ts'],
  testTimeout: 20_000,
});

// The global setup is loaded in an environment of vitest's own.
const conditions = ['@entrepot/source', 'node', 'import', 'default'];
export default mergeConfig(tests, { environments: { __vitest__: { resolve: { conditions } } } });
