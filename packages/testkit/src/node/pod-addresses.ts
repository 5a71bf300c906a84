/**
 * Pods share this machine's loopback address, but the API refuses loopback addresses in EndpointSlices. So each pod is
 * given an address of 198.18.0.0/15, which is set apart for tests of network devices (RFC 2544) and routed nowhere.
 */
export class PodAddresses {
  #next = 0;

  /** An address that no other pod of this node has had. */
  assign(): string {
    this.#next += 1;
    return `198.18.${Math.floor(this.#next / 254)}.${(this.#next % 254) + 1}`;
  }
}

/** Where an address of an EndpointSlice is reached from here. */
export function reachable(address: string): string {
  return address.startsWith('198.18.') || address.startsWith('198.19.') ? '127.0.0.1' : address;
}
