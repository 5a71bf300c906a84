import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { ClusterConnection, Credentials } from './connection.ts';

export interface TransportRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** The connection is given up when the server sends nothing for so long, before or within the answer. */
  readonly inactivityMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type TransportResponse = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** How often client-go's peers probe an idle connection; less than the idle limit of common load balancers. */
const keepAliveProbeMs = 30_000;

/** Pooled HTTP/1.1 connections to one API server. When the TLS material changes (a rotated client certificate), new connections use it. */
export class Transport {
  readonly #connection: ClusterConnection;
  #pool: { readonly fingerprint: string; readonly dispatcher: Dispatcher } | undefined;

  constructor(connection: ClusterConnection) {
    this.#connection = connection;
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
    await this.#pool?.dispatcher.destroy();
    this.#pool = undefined;
  }

  async #sendWith(credentials: Credentials, request: TransportRequest): Promise<TransportResponse> {
    const { method, path, headers, body, inactivityMs, signal } = request;
    const response = await this.#dispatcher(credentials).request({
      origin: new URL(this.#connection.server).origin,
      path: new URL(this.#connection.server).pathname.replace(/\/$/, '') + path,
      method,
      headers: { ...headers, ...credentials.headers },
      headersTimeout: inactivityMs,
      bodyTimeout: inactivityMs,
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    });
    // Whoever reads the body gets its error; one that fails when nobody reads any more must not end the process.
    response.body.on('error', () => {});
    return response;
  }

  #dispatcher({ tls, proxy }: Credentials): Dispatcher {
    const fingerprint = JSON.stringify(tls);
    if (this.#pool?.fingerprint !== fingerprint) {
      // The old pool finishes what it carries; a watch on it ends by itself within ten minutes.
      void this.#pool?.dispatcher.close();
      const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: keepAliveProbeMs };
      // One connection per request under way: with HTTP/2, one that hangs would stop all watches and the lease with them.
      const options = { connect, allowH2: false };
      const dispatcher =
        proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy, requestTls: connect });
      this.#pool = { fingerprint, dispatcher };
    }
    return this.#pool.dispatcher;
  }
}
