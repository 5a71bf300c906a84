import { BlockList, isIPv6 } from 'node:net';

/** Where no Service is. Of 127.0.0.0/8, only what is the node itself: a cluster on one machine may have Services in the rest. */
const unfit = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 16],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3], // multicast, reserved and broadcast
] as const) {
  unfit.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127], // unspecified and loopback
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  unfit.addSubnet(network, prefix, 'ipv6');
}

/**
 * Of a Service's addresses, the first one that a Service cannot have: unspecified, loopback, link-local, multicast, broadcast,
 * or the node's own. To lead a name there would send pulls to the node itself, or nowhere.
 *
 * @param nodeAddress undefined where it is not known
 */
export function unfitAddress(addresses: readonly string[], nodeAddress: string | undefined): string | undefined {
  const node = new BlockList();
  if (nodeAddress !== undefined) node.addAddress(nodeAddress, family(nodeAddress));
  return addresses.find((address) => unfit.check(address, family(address)) || node.check(address, family(address)));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
