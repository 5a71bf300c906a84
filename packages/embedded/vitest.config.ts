import { packageTests } from '../../vitest.shared.ts';

export default packageTests('embedded', { testTimeout: 240_000, hookTimeout: 240_000 });
