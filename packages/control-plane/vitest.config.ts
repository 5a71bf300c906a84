import { packageTests } from '../../vitest.shared.ts';

// The first start on a machine builds Kubernetes.
export default packageTests('control-plane', { hookTimeout: 900_000, fileParallelism: false });
