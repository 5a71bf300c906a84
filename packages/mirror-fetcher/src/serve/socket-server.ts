import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { dirname } from 'node:path';
import type { Activity } from '../activity.ts';
import type { Clock } from '../clock.ts';

/** Longer than nginx keeps idle connections, so that it is nginx who closes them. */
const keepAliveMs = 120_000;

/** A HTTP server on a unix socket that only its own user can reach. */
export class SocketServer {
  readonly #server: Server;
  readonly #clock: Clock;

  constructor(listener: RequestListener, activity: Activity, clock: Clock) {
    this.#clock = clock;
    this.#server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
      response.once('close', activity.begin());
      listener(request, response);
    });
  }

  /** @throws when the path is taken by something that is no socket. */
  async listen(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await removeStale(path);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(path, resolve);
    });
    await chmod(path, 0o600);
  }

  /** Takes no new requests, and lets running ones end within `drainMs`. */
  async close(drainMs: number): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await Promise.race([closed, this.#clock.sleep(drainMs)]);
    this.#server.closeAllConnections();
    await closed;
  }
}

// Left by a fetcher that was killed: nobody listens, and the name could not be bound again.
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is there and is not a socket`);
  await rm(path);
}
