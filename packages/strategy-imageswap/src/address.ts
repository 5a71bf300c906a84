import { isIPv4 } from 'node:net';

/** A Service's address as the certificate names it, and as the host of an image reference. */
export interface MirrorAddress {
  readonly ip: string;
  readonly host: string;
}

/**
 * Of a Service's addresses the one that images are led to: IPv4 where there is one, since few programs read image references
 * with an IPv6 address; else IPv6 in brackets, written out, since `::` inside it would separate the halves of a map line.
 */
export function mirrorAddress(clusterIPs: readonly string[]): MirrorAddress | undefined {
  const ip = clusterIPs.find((address) => isIPv4(address)) ?? clusterIPs[0];
  if (ip === undefined) return undefined;
  return { ip, host: isIPv4(ip) ? ip : `[${writtenOut(ip)}]` };
}

function writtenOut(ipv6: string): string {
  const [head = '', tail] = ipv6.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  if (tail === undefined) return ipv6;
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  return [...groups(head), ...zeros, ...groups(tail)].join(':');
}
