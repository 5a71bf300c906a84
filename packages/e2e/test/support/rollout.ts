import type { Cluster } from '../../src/cluster/cluster.ts';
import { awaited } from './on-cluster.ts';
import { runningPods } from './running-pods.ts';

// Agents are replaced on two nodes at a time, ten seconds each at least.
const limitMs = 300_000;

/** Done when every pod of the operator's namespace, or those with these labels, are ready and have no image of ours but of this version. */
export async function untilAllRun(cluster: Cluster, version: string, labels = ''): Promise<void> {
  const isOther = (image: string): boolean => image.startsWith('ghcr.io/entrepot/') && !image.endsWith(`:${version}`);
  await awaited(
    `operators, mirrors and agents of version ${version} run`,
    async () => {
      const pods = await runningPods(cluster, labels);
      const missing = pods.filter(({ isReady, isEnding, images }) => !isReady || isEnding || images.some(isOther));
      return missing.length === 0 ? undefined : `not yet: ${missing.map(({ name }) => name).join(', ')}`;
    },
    limitMs,
  );
}
