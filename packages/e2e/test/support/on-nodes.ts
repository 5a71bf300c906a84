import type { Cluster } from '../../src/cluster/cluster.ts';
import { allNodesMs, awaited } from './on-cluster.ts';

/** The names in a node's hosts file. */
export async function namesIn(cluster: Cluster, node: string): Promise<readonly string[]> {
  const lines = (await cluster.onNode(node, 'cat', '/etc/hosts')).split('\n');
  return lines.flatMap((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1));
}

/** The registries that a node has certificates for. */
export async function trustedOn(cluster: Cluster, node: string): Promise<readonly string[]> {
  return (await cluster.onNode(node, 'ls', '/etc/docker/certs.d')).split('\n').filter(Boolean);
}

/** Done when no node has a line or certificates for these names any more. */
export function untilForgotten(cluster: Cluster, ...hosts: readonly string[]): Promise<void> {
  const missing = async (): Promise<string | undefined> => {
    for (const node of await cluster.nodes()) {
      const [names, trusted] = await Promise.all([namesIn(cluster, node), trustedOn(cluster, node)]);
      const known = hosts.filter((host) => names.includes(host) || trusted.includes(host));
      if (known.length > 0) return `${node} still knows ${known.join(', ')}`;
    }
    return undefined;
  };
  return awaited(`nodes forgot ${hosts.join(', ')}`, missing, allNodesMs);
}
