import { Agent } from 'undici';
import type { Metrics } from '../metrics.ts';
import type { Authorities } from './authorities.ts';
import { errorOfConnection } from './upstream-error.ts';

/** One request over the wire: nothing is followed, nothing is retried. */
export interface WireRequest {
  /** What the metrics call it. `redirect` is everything behind a redirect. */
  readonly kind: 'manifest' | 'blob' | 'tags' | 'referrers' | 'token' | 'redirect';
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Its answer. The body is read to its end, or discarded. */
export interface WireAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Fails with an UpstreamError when the connection breaks before the end. */
  readonly body: AsyncIterable<Buffer>;
  discard(): Promise<void>;
}

export type Exchange = (request: WireRequest, signal: AbortSignal) => Promise<WireAnswer>;

/** How long the upstream may take. */
export interface Timeouts {
  readonly connectMs: number;
  /** From the request to the end of the answer's headers. */
  readonly headersMs: number;
  /** Between two pieces of a body. */
  readonly bodyMs: number;
}

export const defaultTimeouts: Timeouts = { connectMs: 5000, headersMs: 20_000, bodyMs: 30_000 };

/** More than a socket gives at once: with less, undici holds the connection up after each piece. */
const bufferBytes = 256 * 1024;

/** Connections to an upstream and everything it redirects to. TLS always says which host is meant (SNI). */
export class Connections implements AsyncDisposable {
  readonly #upstream: string;
  readonly #authorities: Authorities | undefined;
  readonly #metrics: Metrics;
  readonly #timeouts: Timeouts;
  #agent: Agent | undefined;
  /** Those the agent trusts. */
  #trusted: readonly string[] | undefined;

  /** Without `authorities` the public ones are trusted. */
  constructor(upstream: string, authorities: Authorities | undefined, metrics: Metrics, timeouts = defaultTimeouts) {
    this.#upstream = upstream;
    this.#authorities = authorities;
    this.#metrics = metrics;
    this.#timeouts = timeouts;
  }

  /** @throws UpstreamError `unreachable` or `timeout` when there is no answer at all, `failed` without usable authorities. */
  readonly exchange: Exchange = async ({ kind, method, url, headers }, signal) => {
    const agent = await this.#current();
    try {
      const { origin, pathname, search } = url;
      const sent = { 'user-agent': 'entrepot-mirror-fetcher', ...headers };
      const path = pathname + search;
      const answer = await agent.request({ origin, path, method, headers: sent, signal, highWaterMark: bufferBytes });
      this.#metrics.add('entrepot_fetcher_upstream_requests_total', { kind, status: answer.statusCode });
      return {
        status: answer.statusCode,
        header: (name) => [answer.headers[name] ?? []].flat()[0],
        body: this.#counted(kind, answer.body),
        discard: () => answer.body.dump(),
      };
    } catch (error) {
      signal.throwIfAborted();
      this.#metrics.add('entrepot_fetcher_upstream_requests_total', { kind, status: 'none' });
      throw errorOfConnection(this.#upstream, error);
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.destroy();
  }

  async #current(): Promise<Agent> {
    const trusted = await this.#authorities?.current();
    if (this.#agent === undefined || trusted !== this.#trusted) {
      // What runs on connections of the old one may end.
      void this.#agent?.close();
      this.#agent = agentOf(this.#timeouts, trusted);
      this.#trusted = trusted;
    }
    return this.#agent;
  }

  async *#counted(kind: WireRequest['kind'], body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body) {
        this.#metrics.add('entrepot_fetcher_upstream_bytes_total', { kind }, chunk.length);
        yield chunk;
      }
    } catch (error) {
      throw errorOfConnection(this.#upstream, error);
    }
  }
}

function agentOf({ connectMs, headersMs, bodyMs }: Timeouts, trusted: readonly string[] | undefined): Agent {
  return new Agent({
    connect: { timeout: connectMs, ...(trusted === undefined ? {} : { ca: [...trusted] }) },
    headersTimeout: headersMs,
    bodyTimeout: bodyMs,
    keepAliveTimeout: 30_000,
  });
}
