import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { ApiCredentials } from './api-request.ts';
import { freePort } from './free-port.ts';
import type { Harm } from './harm.ts';
import type { Reply } from './reply.ts';

/** What a client asked. */
export interface ProxiedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly isWatch: boolean;
  /** The same number for all that came by one connection. */
  readonly connection: number;
  /** That of the answer; undefined while there is none. */
  readonly status: number | undefined;
}

interface Watch {
  readonly path: string;
  readonly response: ServerResponse;
  take: (chunk: Buffer) => void;
}

interface Intervention {
  readonly concerns: (request: ProxiedRequest) => boolean;
  readonly reply: Reply;
  timesLeft: number;
}

/**
 * Stands between clients and an API server: plain HTTP on a loopback port, everything done as administrator. It writes down
 * what passes and does harm when told to, as networks, load balancers and API servers do.
 */
export class ApiProxy {
  readonly server: string;
  /** Everything that was asked, in its order. */
  readonly requests: ProxiedRequest[] = [];
  readonly #target: string;
  readonly #agent: Agent;
  readonly #http = createServer((request, response) => this.#take(request, response));
  readonly #sockets = new Set<Socket>();
  readonly #frozen = new WeakSet<Socket>();
  readonly #watches = new Set<Watch>();
  readonly #interventions = new Set<Intervention>();
  #isCut = false;

  private constructor(port: number, target: string, { certificateAuthority, client }: ApiCredentials) {
    this.server = `http://127.0.0.1:${port}`;
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, ca: certificateAuthority, cert: client.certificate, key: client.key });
    // Clients decide how long they keep a connection that is idle.
    this.#http.keepAliveTimeout = 0;
    this.#http.on('connection', (socket: Socket) => this.#connected(socket));
  }

  static async start(target: string, credentials: ApiCredentials): Promise<ApiProxy> {
    const port = await freePort();
    const proxy = new ApiProxy(port, target, credentials);
    proxy.#http.listen(port, '127.0.0.1');
    await once(proxy.#http, 'listening');
    return proxy;
  }

  /** The paths of the watches that are open, one for each. */
  get openWatches(): readonly string[] {
    return [...this.#watches].map(({ path }) => path);
  }

  /** From now on such requests get this reply, until the function returned is called, or so many have got it. */
  intervene(
    concerns: (request: ProxiedRequest) => boolean,
    reply: Reply,
    times = Number.POSITIVE_INFINITY,
  ): () => void {
    const intervention = { concerns, reply, timesLeft: times };
    this.#interventions.add(intervention);
    return () => this.#interventions.delete(intervention);
  }

  /** Does something to every watch that is open now. */
  harmWatches(harm: Harm): void {
    for (const watch of this.#watches) watch.take = harm(watch.response);
  }

  /** Every connection there is stays, but nothing passes any more; new connections work. What a lost firewall state does. */
  freezeConnections(): void {
    for (const socket of this.#sockets) this.#frozen.add(socket);
  }

  /** Resets every connection, and every new one until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Takes connections again. */
  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    const closed = once(this.#http, 'close');
    this.#http.close();
    this.#http.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    if (this.#isCut) socket.resetAndDestroy();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#frozen.has(request.socket)) return;
    const url = new URL(request.url ?? '/', this.server);
    const asked = {
      method: request.method ?? 'GET',
      path: url.pathname,
      isWatch: url.searchParams.get('watch') === 'true',
      // A port is used again only long after its connection has ended.
      connection: request.socket.remotePort ?? 0,
      get status() {
        return response.headersSent ? response.statusCode : undefined;
      },
    };
    this.requests.push(asked);
    const forward = () => this.#forward(request, response, asked);
    const intervention = [...this.#interventions].find(({ timesLeft, concerns }) => timesLeft > 0 && concerns(asked));
    if (intervention === undefined) return forward();
    intervention.timesLeft -= 1;
    intervention.reply({ request, response, forward });
  }

  #forward(request: IncomingMessage, response: ServerResponse, asked: ProxiedRequest): void {
    const { socket, method, headers } = request;
    const target = new URL(request.url ?? '/', this.#target);
    const upstream = httpsRequest(target, { method, headers: { ...headers, host: target.host }, agent: this.#agent });
    const lost = () => {
      if (!this.#frozen.has(socket)) socket.resetAndDestroy();
    };
    upstream.on('error', lost).on('response', (answer) => {
      answer.on('error', lost);
      if (this.#frozen.has(socket)) answer.resume();
      else this.#passOn(answer, response, asked);
    });
    response.on('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.pipe(upstream);
  }

  #passOn(answer: IncomingMessage, response: ServerResponse, { path, isWatch }: ProxiedRequest): void {
    const { socket } = response;
    const passes = () => socket !== null && !this.#frozen.has(socket) && !response.writableEnded;
    const watch: Watch = { path, response, take: (chunk) => response.write(chunk) };
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    if (isWatch) {
      this.#watches.add(watch);
      response.on('close', () => this.#watches.delete(watch));
    }
    answer.on('data', (chunk: Buffer) => passes() && watch.take(chunk)).on('end', () => passes() && response.end());
  }
}
