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
