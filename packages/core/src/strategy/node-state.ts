/** What the node agent keeps true on every node for a mirror. */
export type NodeState = HostsEntry | TrustedCA;

/** One line of the nodes' hosts file: the Service's address and this name. */
export interface HostsEntry {
  readonly kind: 'HostsEntry';
  readonly hostname: string;
}

/** The CA of the mirror's serving certificate, in a folder where a container runtime looks for it. */
export interface TrustedCA {
  readonly kind: 'TrustedCA';
  /** Absolute path on the node, for example `/etc/docker/certs.d/mirror-quay.io`. */
  readonly directory: string;
}

/** Docker looks into the first one. containerd looks into the folders that its `config_path` names; 2.1 and later can do with one only. */
const certificateFolders = ['/etc/docker/certs.d', '/etc/containerd/certs.d'];

/**
 * Trust in a mirror's CA under a name or an address, wherever the runtimes of nodes may look for it.
 *
 * @param host as images name it: `mirror-quay.io`, `10.96.0.7`
 */
export function trustedByRuntimes(host: string): readonly TrustedCA[] {
  return certificateFolders.map((folder) => ({ kind: 'TrustedCA', directory: `${folder}/${host}` }));
}
