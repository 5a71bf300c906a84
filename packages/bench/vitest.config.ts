import { packageTests } from '../../vitest.shared.ts';

export default packageTests('bench', { testTimeout: 120_000, hookTimeout: 120_000 });
