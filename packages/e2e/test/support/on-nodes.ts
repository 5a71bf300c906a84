import type { Cluster } from '../../src/cluster/cluster.ts';
import { allNodesMs, awaited } from './on-cluster.ts';

/** The names in a node's hosts file. */
export async function namesIn(cluster: Cluster, node: string): Promise<readonly string[]> {
  const lines = (await cluster.onNode(node, 'cat', '/etc/hosts')).split('\n');
  return lines.flatMap((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1));
}

/** The registries that a node has certificates for, or a folder where they were. */
export async function trustedOn(cluster: Cluster, node: string): Promise<readonly string[]> {
  const found = await certificatesOn(cluster, node);
  return [...new Set(found.map((path) => path.split('/')[4] ?? path))];
}

/** What a node has of mirrors: lines of its hosts file that count, certificates and their folders, and locks that are held. */
export async function nodeState(cluster: Cluster, node: string): Promise<object> {
  const script = `
    grep -v '^#' /etc/hosts
    for lock in /var/lock/mirror-hostess/*; do [ ! -e $lock ] || flock -n $lock true || echo "held: $lock"; done`;
  const lines = (await cluster.onNode(node, 'bash', '-c', script)).trim().split('\n');
  return { node, lines: lines.sort(), certificates: (await certificatesOn(cluster, node)).toSorted() };
}

/** Everything in the folders that container runtimes look for certificates in: `/etc/docker/certs.d/<registry>/ca.crt`. */
async function certificatesOn(cluster: Cluster, node: string): Promise<readonly string[]> {
  const folders = '/etc/docker/certs.d /etc/containerd/certs.d';
  const find = `for folder in ${folders}; do [ ! -d $folder ] || find $folder -mindepth 1; done`;
  return (await cluster.onNode(node, 'bash', '-c', find)).split('\n').filter(Boolean);
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
