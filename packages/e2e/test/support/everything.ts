import type { Cluster } from '../../src/cluster/cluster.ts';

/** They come and go by themselves, or Kubernetes keeps them for itself. */
const passing = /^(Event |EndpointSlice |Lease kube-)/;

/** `Kind namespace/name` of every object of the cluster, of all kinds that can be listed. */
export async function everyObject(cluster: Cluster): Promise<readonly string[]> {
  const kinds = (await cluster.kubectl(['api-resources', '--verbs=list', '-o', 'name'])).trim().split('\n');
  const line = '{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}';
  const format = `jsonpath={range .items[*]}${line}{end}`;
  const lines = await cluster.kubectl(['get', kinds.join(','), '-A', '-o', format]);
  return lines
    .trim()
    .split('\n')
    .filter((found) => !passing.test(found))
    .sort();
}

/** What a node has of mirrors: lines of its hosts file that count, folders of certificates, and whether a lock is held. */
export async function nodeState(cluster: Cluster, node: string): Promise<object> {
  const script = `
    grep -v '^#' /etc/hosts | sed 's/^/hosts: /'
    find /etc/docker/certs.d -mindepth 1 2>/dev/null | sed 's/^/certificates: /'
    for lock in /var/lock/mirror-hostess/*; do [ ! -e $lock ] || flock -n $lock true || echo "held: $lock"; done`;
  const lines = (await cluster.onNode(node, 'bash', '-c', script)).trim().split('\n');
  return { node, lines: lines.sort() };
}
