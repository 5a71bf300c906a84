import { z } from 'zod';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';

const lease = z.object({
  spec: z.object({ holderIdentity: z.string(), renewTime: z.string(), leaseTransitions: z.number() }),
});

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
