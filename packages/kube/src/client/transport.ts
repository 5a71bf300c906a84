import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { ClusterConnection, Credentials, TlsMaterial } from './connection.ts';

export interface TransportRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** The connection is given up when the answer has not begun after so long, … */
  readonly answerMs: number;
  /** … and when nothing of it arrives for so long. */
  readonly inactivityMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type TransportResponse = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** Connections that were made with the same TLS material. */
interface Pool {
  readonly tls: TlsMaterial;
  readonly fingerprint: string;
  readonly dispatcher: Dispatcher;
}

/** How often client-go's peers probe an idle connection; less than the idle limit of common load balancers. */
const keepAliveProbeMs = 30_000;

/** Pooled HTTP/1.1 connections to one API server. When the TLS material changes (a rotated client certificate), new connections use it. */
export class Transport {
  readonly #connection: ClusterConnection;
  readonly #maxConnections: number | undefined;
  readonly #origin: string;
  readonly #basePath: string;
  #pool: Pool | undefined;
  /** Pools of earlier TLS material, for as long as they carry something. */
  readonly #retired = new Set<Dispatcher>();

  /** @param maxConnections as many as there are requests under way, without */
  constructor(connection: ClusterConnection, maxConnections?: number) {
    this.#connection = connection;
    this.#maxConnections = maxConnections;
    const { origin, pathname } = new URL(connection.server);
    this.#origin = origin;
    this.#basePath = pathname.replace(/\/$/, '');
  }

  /** Sends a request; resolves when the head of the answer is there. A 401 is tried once more with renewed credentials. */
  async send(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.#sendWith(await this.#connection.credentials(), request);
    if (response.statusCode !== 401) return response;
    await response.body.dump();
    return this.#sendWith(await this.#connection.credentials(true), request);
  }

  /** Cuts every connection, watches included. */
  async close(): Promise<void> {
    const pools = [...this.#retired, ...(this.#pool === undefined ? [] : [this.#pool.dispatcher])];
    this.#pool = undefined;
    await Promise.all(pools.map(async (pool) => pool.destroy()));
  }

  async #sendWith(credentials: Credentials, request: TransportRequest): Promise<TransportResponse> {
    const { method, path, headers, body, answerMs, inactivityMs, signal } = request;
    const response = await this.#dispatcher(credentials).request({
      origin: this.#origin,
      path: this.#basePath + path,
      method,
      headers: { ...headers, ...credentials.headers },
      headersTimeout: answerMs,
      bodyTimeout: inactivityMs,
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    });
    // Whoever reads the body gets its error; one that fails when nobody reads any more must not end the process.
    response.body.on('error', () => {});
    return response;
  }

  #dispatcher({ tls, proxy }: Credentials): Dispatcher {
    // Credentials are asked for with every request, and are mostly the very same object.
    if (this.#pool?.tls === tls) return this.#pool.dispatcher;
    const fingerprint = JSON.stringify(tls);
    if (this.#pool?.fingerprint === fingerprint) this.#pool = { ...this.#pool, tls };
    else {
      if (this.#pool !== undefined) this.#retire(this.#pool.dispatcher);
      const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: keepAliveProbeMs };
      // One connection per request under way: with HTTP/2, one that hangs would stop all watches and the lease with them.
      const options = { connect, allowH2: false, connections: this.#maxConnections ?? null };
      const dispatcher =
        proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy, requestTls: connect });
      this.#pool = { tls, fingerprint, dispatcher };
    }
    return this.#pool.dispatcher;
  }

  /** The old pool finishes what it carries; a watch on it ends by itself within ten minutes. */
  #retire(pool: Dispatcher): void {
    this.#retired.add(pool);
    const gone = () => this.#retired.delete(pool);
    pool.close().then(gone, gone);
  }
}
