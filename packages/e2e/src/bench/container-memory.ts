import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { namespace } from '../install-operator.ts';

/** Memory of a container, in bytes. */
export interface ContainerMemory {
  readonly name: string;
  /** What counts against its limit and cannot simply be dropped, page cache in use included: what the kubelet evicts by. */
  readonly workingSet: number;
  readonly resident: number;
}

const summary = z.looseObject({
  pods: z.array(
    z.looseObject({
      podRef: z.looseObject({ name: z.string(), namespace: z.string() }),
      containers: z.array(
        z.looseObject({
          name: z.string(),
          memory: z.looseObject({ workingSetBytes: z.number().default(0), rssBytes: z.number().default(0) }),
        }),
      ),
    }),
  ),
});

/** What the kubelets say that the containers of operator, agents and mirrors use, all replicas and nodes. */
export async function containerMemory(cluster: Cluster): Promise<readonly ContainerMemory[]> {
  const nodes = await cluster.nodes();
  const answers = await Promise.all(
    nodes.map((node) => cluster.kubectl(['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`])),
  );
  const pods = answers.flatMap((answer) => summary.parse(JSON.parse(answer)).pods);
  return pods
    .filter(({ podRef }) => podRef.namespace === namespace)
    .flatMap(({ containers }) =>
      containers.map(({ name, memory }) => ({
        name,
        workingSet: memory.workingSetBytes,
        resident: memory.rssBytes,
      })),
    );
}
