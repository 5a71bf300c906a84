import { packageTests } from '../../vitest.shared.ts';

export default packageTests('node-agent', { hookTimeout: 120_000 });
