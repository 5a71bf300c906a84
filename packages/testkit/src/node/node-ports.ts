import { WaitingError } from '@entrepot/kube';

/** Which pod has which port: all pods of the node share one network, so a port can be taken once. */
export class NodePorts {
  readonly #takenBy = new Map<number, string>();

  /** @throws WaitingError that names the other pod when a port is taken; then none of them is claimed */
  claim(pod: string, ports: readonly number[]): void {
    for (const port of ports) {
      const owner = this.#takenBy.get(port);
      if (owner === undefined || owner === pod) continue;
      const message = `port ${port} is taken by pod ${owner}: all pods of this node share one network`;
      throw new WaitingError('PortTaken', message, 1_000);
    }
    for (const port of ports) this.#takenBy.set(port, pod);
  }

  release(pod: string): void {
    for (const [port, owner] of this.#takenBy) if (owner === pod) this.#takenBy.delete(port);
  }
}
