import { packageTests } from '../../vitest.shared.ts';

export default packageTests('node-agent', { testTimeout: 30_000, hookTimeout: 120_000 });
