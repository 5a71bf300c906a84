import { packageTests } from '../../vitest.shared.ts';

// Bundling the operator takes seconds, and many of them on a busy machine.
export default packageTests('e2e', { testTimeout: 120_000 });
