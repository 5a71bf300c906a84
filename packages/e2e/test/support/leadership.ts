import { z } from 'zod';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { awaited } from './on-cluster.ts';
import { runningPods, untilPodsReady } from './running-pods.ts';

const lease = z.object({
  spec: z.object({ holderIdentity: z.string(), renewTime: z.string(), leaseTransitions: z.number() }),
});

/** The labels of the operator's pods. */
export const operatorPods = 'app.kubernetes.io/name=entrepot-operator';

/** Who leads the operator's replicas, by their Lease. */
export interface Leadership {
  readonly pod: string;
  /** Milliseconds since the epoch. */
  readonly renewed: number;
  /** How often it went from one to another. */
  readonly transitions: number;
}

export async function leadership(cluster: Cluster): Promise<Leadership> {
  const answer = await cluster.kubectl(['-n', namespace, 'get', 'lease', 'entrepot-operator', '-o', 'json']);
  const { holderIdentity, renewTime, leaseTransitions } = lease.parse(JSON.parse(answer)).spec;
  return { pod: holderIdentity.replace(/_.*$/, ''), renewed: Date.parse(renewTime), transitions: leaseTransitions };
}

/**
 * How many seconds after that time the Lease was held again.
 *
 * @param isNews whether it is held by whom this waits for; the same pod does by itself
 */
export async function secondsUntilLed(
  cluster: Cluster,
  since: number,
  isNews: (now: Leadership) => boolean = () => true,
): Promise<number> {
  let seconds = Infinity;
  await awaited('an operator leads again', async () => {
    const now = await leadership(cluster);
    seconds = (now.renewed - since) / 1000;
    return seconds > 0 && isNews(now) ? undefined : `${now.pod} led`;
  });
  return seconds;
}

/** Has an operator lead that runs on one of these nodes, and the others run elsewhere; returns the node. */
export async function leadFrom(cluster: Cluster, nodes: readonly string[]): Promise<string> {
  const operators = await runningPods(cluster, operatorPods);
  const wanted = operators.find(({ node }) => nodes.includes(node));
  if (wanted === undefined) throw new Error(`no operator runs on any of ${nodes.join(', ')}`);
  const { name, node } = wanted;
  const remove = (pod: string): Promise<string> =>
    cluster.kubectl(['-n', namespace, 'delete', 'pod', pod, '--ignore-not-found']);
  await cluster.kubectl(['cordon', node]);
  try {
    for (const other of operators) if (other.node === node && other.name !== name) await remove(other.name);
    await awaited(`${name} leads`, async () => {
      const { pod } = await leadership(cluster);
      if (pod === name) return undefined;
      // Told to stop, a leader gives up the Lease at once.
      await remove(pod);
      return `${pod} does`;
    });
    await untilPodsReady(cluster, operatorPods, operators.length);
  } finally {
    await cluster.kubectl(['uncordon', node]);
  }
  return node;
}
