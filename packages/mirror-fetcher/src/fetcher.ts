import { setMaxListeners } from 'node:events';
import { systemClock, type Clock } from './clock.ts';
import type { FetcherConfig } from './config/fetcher-config.ts';
import { FreshAnswers, type Kept } from './content/fresh-answers.ts';
import { Listings } from './content/listings.ts';
import { Manifests } from './content/manifests.ts';
import { Tags } from './content/tags.ts';
import { Blobs } from './fill/blobs.ts';
import { Quarantine } from './fill/quarantine.ts';
import { SliceCache } from './fill/slice-cache.ts';
import { silentLog, type Log } from './log.ts';
import { Metrics } from './metrics.ts';
import { RequestHandler } from './serve/request-handler.ts';
import { SocketServer } from './serve/socket-server.ts';
import { BlobStore } from './store/blob-store.ts';
import { Eviction } from './store/eviction.ts';
import { LabelledFiles } from './store/labelled-files.ts';
import { StoreLayout } from './store/store-layout.ts';
import { TemporaryFiles } from './store/temporary-files.ts';
import { Credentials } from './upstream/credentials.ts';
import { Connections, defaultTimeouts, type Timeouts } from './upstream/exchange.ts';
import { UpstreamClient } from './upstream/upstream-client.ts';

/** What a fetcher needs beside its configuration; all have defaults for use in a program. */
export interface FetcherOptions {
  readonly log?: Log;
  readonly clock?: Clock;
  readonly timeouts?: Partial<Timeouts>;
  /** How long running requests may take to end at `close`. */
  readonly drainMs?: number;
}

/** A running fetcher. */
export interface Fetcher {
  /** Lets running requests end, then stops. */
  close(): Promise<void>;
}

/**
 * Starts a fetcher: cleans up what a crash has left, then answers on its socket.
 *
 * @example
 * const fetcher = await startFetcher(parseFetcherConfig(text));
 * process.once('SIGTERM', () => void fetcher.close());
 */
export async function startFetcher(config: FetcherConfig, options: FetcherOptions = {}): Promise<Fetcher> {
  const { log = silentLog, clock = systemClock, drainMs = 20_000 } = options;
  const lifetime = new AbortController();
  setMaxListeners(0, lifetime.signal);
  const metrics = new Metrics();
  const { upstream, cache } = config;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const connections = new Connections(upstream.name, upstream.caFile, metrics, timeouts);
  const credentials = new Credentials(config.credentials);
  const client = new UpstreamClient({
    upstream,
    exchange: connections.exchange,
    credentials,
    clock,
    signal: lifetime.signal,
  });

  const layout = new StoreLayout(config.store, upstream.name);
  const temporary = new TemporaryFiles(layout.temporary);
  const eviction = new Eviction({ folders: layout.content, maxSizeBytes: cache.maxSizeBytes, log, metrics });
  const slices = new SliceCache(config.slices);
  await temporary.clean();
  await slices.clear();
  await eviction.run();

  const answers = <T extends Kept>(): FreshAnswers<T> =>
    new FreshAnswers({ clock, freshMs: cache.tagTTLSeconds * 1000, staleMs: cache.staleIfErrorSeconds * 1000 });
  const quarantine = new Quarantine(slices, clock);
  const store = new BlobStore(layout);
  const blobs = new Blobs({ client, store, temporary, quarantine, eviction, clock, log, metrics });
  const files = new LabelledFiles(temporary, eviction);
  const manifests = new Manifests({ client, layout, files, metrics });
  const tags = new Tags({ manifests, answers: answers(), layout, files, clock });
  const listings = new Listings({ client, answers: answers(), layout, files, clock });
  const handler = new RequestHandler({ blobs, quarantine, manifests, tags, listings, metrics, log });
  const server = new SocketServer((request, response) => void handler.handle(request, response), clock);
  await server.listen(config.listen);
  log.info({ socket: config.listen, upstream: upstream.name }, 'listening');
  return {
    close: async () => {
      await server.close(drainMs);
      lifetime.abort(new Error('the fetcher is stopping'));
      await connections[Symbol.asyncDispose]();
      log.info({}, 'stopped');
    },
  };
}
