import { packageTests } from '../../vitest.shared.ts';

/** Tests on a real cluster, which is started before the first one and taken away after the last one: `npm run e2e`. */
export default packageTests('cluster', {
  include: ['test/cluster/**/*.e2e.ts'],
  globalSetup: ['test/support/shared-cluster.ts'],
  results: 'cluster.json',
  // What is awaited inside has limits of its own, which say what was missing: these only end what hangs.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  fileParallelism: false,
});
