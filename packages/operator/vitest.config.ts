import { packageTests } from '../../vitest.shared.ts';

// The program is started many times, and an API server beside it: on a busy machine that takes a while.
export default packageTests('operator', {
  globalSetup: ['./test/cli/bundled-program.ts'],
  testTimeout: 240_000,
  fileParallelism: false,
});
