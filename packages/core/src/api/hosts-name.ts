import { isIP } from 'node:net';

/** Why nodes' hosts files cannot lead from a text to a mirror. */
export type HostsNameTrouble = 'is an address' | 'is no host name' | 'is the node itself' | 'is of the cluster';

const form = /^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$/i;

/**
 * What the node agent refuses to write and to take away, whatever a mirror says; the agent depends on no other package and has
 * the same rule, in node-agent/src/settings/hostname.ts, and the same tests.
 *
 * @param hostname without a port, and an IPv6 address without brackets
 * @param clusterDomain the cluster's DNS domain
 * @returns undefined where the name can be written
 * @example hostsNameTrouble('a.svc', 'cluster.local') // 'is of the cluster'
 */
export function hostsNameTrouble(hostname: string, clusterDomain: string): HostsNameTrouble | undefined {
  if (isIP(hostname) !== 0) return 'is an address';
  if (!form.test(hostname) || hostname.length > 253) return 'is no host name';
  const name = hostname.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return 'is the node itself';
  const ends = ['.svc', '.cluster.local', `.svc.${clusterDomain.toLowerCase()}`];
  const isOfCluster = ['kubernetes', 'kubernetes.default'].includes(name) || ends.some((end) => name.endsWith(end));
  return isOfCluster ? 'is of the cluster' : undefined;
}
