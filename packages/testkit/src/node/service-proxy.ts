import { connect, createServer, type Server, type Socket } from 'node:net';
import type { KubernetesObject } from '@entrepot/kube';
import { reachable } from './pod-addresses.ts';

/** What the proxy reads of a Service. */
export interface Service extends KubernetesObject {
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
  };
}

/** What the proxy reads of an EndpointSlice. */
export interface EndpointSlice extends KubernetesObject {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null;
  readonly endpoints?:
    readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[] | null;
}

/** An address that a client can connect to. */
export interface Backend {
  readonly host: string;
  readonly port: number;
}

/** `clusterIP:port` of all Services that have one, and who answers there; without ready endpoints nobody does. */
export function serviceRoutes(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): ReadonlyMap<string, readonly Backend[]> {
  const routes = new Map<string, readonly Backend[]>();
  for (const { metadata, spec } of services) {
    const { clusterIP = 'None', ports = [] } = spec;
    if (!clusterIP.startsWith('127.')) continue;
    const ours = slices.filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
    );
    for (const { name = '', port } of ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP')) {
      routes.set(
        `${clusterIP}:${port}`,
        ours.flatMap((slice) => readyBackends(slice, name)),
      );
    }
  }
  return routes;
}

function readyBackends({ ports, endpoints }: EndpointSlice, portName: string): readonly Backend[] {
  const port = ports?.find(({ name = '' }) => name === portName)?.port;
  if (port === undefined) return [];
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.map((address) => ({ host: reachable(address), port })));
}

/**
 * Does for this machine what kube-proxy does for a node: connections to a Service's clusterIP reach its ready pods, one
 * after the other; where there are none, they are refused. Only loopback addresses, which need nothing to be set up.
 */
export class ServiceProxy {
  readonly #listeners = new Map<string, { readonly server: Server; backends: readonly Backend[] }>();
  readonly #sockets = new Set<Socket>();
  readonly #onProblem: (message: string) => void;
  #turn = 0;

  constructor(onProblem: (message: string) => void) {
    this.#onProblem = onProblem;
  }

  /** Listens on these addresses and no others. */
  update(routes: ReadonlyMap<string, readonly Backend[]>): void {
    for (const [address, { server }] of this.#listeners) {
      if ((routes.get(address) ?? []).length > 0) continue;
      server.close();
      this.#listeners.delete(address);
    }
    for (const [address, backends] of routes) {
      const listener = this.#listeners.get(address);
      if (listener !== undefined) listener.backends = backends;
      else if (backends.length > 0) this.#listen(address, backends);
    }
  }

  /** Ends all listeners and connections. */
  close(): void {
    this.update(new Map());
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(address: string, backends: readonly Backend[]): void {
    const server = createServer({ allowHalfOpen: true }, (client) => this.#forward(address, client));
    this.#listeners.set(address, { server, backends });
    server.on('error', (error) => {
      this.#onProblem(`cannot listen on ${address}: ${error.message}`);
      if (this.#listeners.get(address)?.server === server) this.#listeners.delete(address);
    });
    const colon = address.lastIndexOf(':');
    server.listen({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  }

  #forward(address: string, client: Socket): void {
    const backends = this.#listeners.get(address)?.backends ?? [];
    this.#turn += 1;
    const backend = backends[this.#turn % backends.length];
    if (backend === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ ...backend, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => this.#sockets.delete(socket));
      socket.pipe(other);
    }
  }
}
