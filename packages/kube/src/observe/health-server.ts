import { createServer, type Server } from 'node:http';
import type { Metrics } from './metrics.ts';

/** Each check by its name; true is healthy. */
export type Checks = Readonly<Record<string, () => boolean>>;

export interface HealthServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** All addresses without. */
  readonly host?: string | undefined;
  readonly metrics?: Metrics | undefined;
  readonly checks?: { readonly live?: Checks; readonly ready?: Checks };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Answers `/livez`, `/readyz` (200 `ok`, or 503 and the names of the checks that fail) and `/metrics`. */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request.url ?? '/').then(
        ({ status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text),
        () => response.writeHead(500).end(),
      );
    });
  }

  /** Resolves with the port when it listens. Rejects when the port is taken. */
  async listen(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject).listen(this.#options.port, this.#options.host, resolve);
    await promise;
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  /** Ends all connections and gives the port back. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #answer(url: string): Promise<Answer> {
    const { metrics, checks } = this.#options;
    const [path] = url.split('?');
    if (path === '/livez') return sumOf(checks?.live ?? {});
    if (path === '/readyz') return sumOf(checks?.ready ?? {});
    if (path === '/metrics' && metrics !== undefined) {
      return { status: 200, type: metrics.registry.contentType, text: await metrics.text() };
    }
    return plain(404, 'not found\n');
  }
}

function sumOf(checks: Checks): Answer {
  const failing = Object.entries(checks).flatMap(([name, isHealthy]) => (isHealthy() ? [] : [name]));
  return failing.length === 0 ? plain(200, 'ok\n') : plain(503, `not ready: ${failing.join(', ')}\n`);
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', text };
}
