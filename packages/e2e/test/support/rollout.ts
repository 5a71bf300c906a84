import { z } from 'zod';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { awaited } from './on-cluster.ts';

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({ containers: z.array(z.object({ image: z.string() })) }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});

// Agents are replaced on two nodes at a time, ten seconds each at least.
const limitMs = 300_000;

/** Done when every pod of the operator's namespace, or those with these labels, are ready and have no image of ours but of this version. */
export async function untilAllRun(cluster: Cluster, version: string, labels = ''): Promise<void> {
  await awaited(
    `operators, mirrors and agents of version ${version} run`,
    async () => {
      const answer = await cluster.kubectl(['-n', namespace, 'get', 'pods', '-l', labels, '-o', 'json']);
      const missing = podList.parse(JSON.parse(answer)).items.flatMap(({ metadata, spec, status }) => {
        const others = spec.containers.filter(
          ({ image }) => image.startsWith('ghcr.io/entrepot/') && !image.endsWith(`:${version}`),
        );
        const isReady = status.conditions.some((one) => one.type === 'Ready' && one.status === 'True');
        return others.length === 0 && isReady && metadata.deletionTimestamp === undefined ? [] : [metadata.name];
      });
      return missing.length === 0 ? undefined : `not yet: ${missing.join(', ')}`;
    },
    limitMs,
  );
}
