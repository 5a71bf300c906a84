import { z } from 'zod';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { awaited } from './on-cluster.ts';

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({ nodeName: z.string().default(''), containers: z.array(z.object({ image: z.string() })) }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z
          .array(
            z.object({
              ready: z.boolean(),
              containerID: z.string().default(''),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

/** A pod of the operator or of a mirror, as its node reports it. */
export interface RunningPod {
  readonly name: string;
  readonly node: string;
  readonly isReady: boolean;
  /** Whether it was told to end. */
  readonly isEnding: boolean;
  readonly images: readonly string[];
  /** As containerd calls them. */
  readonly containerIds: readonly string[];
}

/** The pods of the operator's namespace that have these labels, all of them when none are named, by name. */
export async function runningPods(cluster: Cluster, labels: string): Promise<readonly RunningPod[]> {
  const answer = await cluster.kubectl(['-n', namespace, 'get', 'pods', '-l', labels, '-o', 'json']);
  const pods = podList.parse(JSON.parse(answer)).items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    node: spec.nodeName,
    // A node that is off says neither: the condition is then the cluster's.
    isReady:
      status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True') &&
      status.containerStatuses.every(({ ready }) => ready),
    isEnding: metadata.deletionTimestamp !== undefined,
    images: spec.containers.map(({ image }) => image),
    containerIds: status.containerStatuses.map(({ containerID }) => containerID.replace('containerd://', '')),
  }));
  return pods.toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Done when so many pods with these labels are ready and there are no others, without any container of those former ones. */
export async function untilPodsReady(
  cluster: Cluster,
  labels: string,
  count: number,
  former: readonly RunningPod[] = [],
): Promise<void> {
  const formerIds = new Set(former.flatMap(({ containerIds }) => containerIds));
  await awaited(`${count} pods of ${labels} are ready`, async () => {
    const pods = await runningPods(cluster, labels);
    const ready = pods.filter(({ isReady, containerIds }) => isReady && !containerIds.some((id) => formerIds.has(id)));
    return ready.length === count && pods.length === count ? undefined : `${ready.length} of ${pods.length}`;
  });
}
