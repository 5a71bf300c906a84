import { setMaxListeners } from 'node:events';
import { Activity } from './activity.ts';
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
import { keepCertificateServed } from './nginx/keep-certificate-served.ts';
import { RequestHandler } from './serve/request-handler.ts';
import { SocketServer } from './serve/socket-server.ts';
import { BlobStore } from './store/blob-store.ts';
import { Eviction } from './store/eviction.ts';
import { removeFormerCaches } from './store/former-caches.ts';
import { LabelledFiles } from './store/labelled-files.ts';
import { StoreLayout } from './store/store-layout.ts';
import { TemporaryFiles } from './store/temporary-files.ts';
import { Authorities } from './upstream/authorities.ts';
import { Credentials } from './upstream/credentials.ts';
import { Connections, defaultTimeouts, type Timeouts } from './upstream/exchange.ts';
import { UpstreamClient } from './upstream/upstream-client.ts';

/** What a fetcher needs beside its configuration; all have defaults for use in a program. */
export interface FetcherOptions {
  readonly log?: Log;
  readonly clock?: Clock;
  readonly timeouts?: Partial<Timeouts>;
  /** How long `close` goes on answering at most. Should be somewhat less than the time the pod is given to stop. */
  readonly drainMs?: number;
  /** How long nobody must have asked for anything before `close` stops listening. */
  readonly quietMs?: number;
}

/** A running fetcher. */
export interface Fetcher {
  /**
   * Stops as soon as nobody needs it: nginx asks for each slice of a blob by a new request, so it goes on listening
   * until no download runs and no request has come for a while, and then lets the last ones end.
   */
  close(): Promise<void>;
}

/** Answers that have begun may end although the drain is over. */
const lastAnswersMs = 100;

/**
 * Starts a fetcher: cleans up what a crash has left, then answers on its socket.
 *
 * @example
 * const fetcher = await startFetcher(parseFetcherConfig(text));
 * process.once('SIGTERM', () => void fetcher.close());
 */
export async function startFetcher(config: FetcherConfig, options: FetcherOptions = {}): Promise<Fetcher> {
  const { log = silentLog, clock = systemClock, drainMs = 280_000, quietMs = 3000 } = options;
  const lifetime = new AbortController();
  setMaxListeners(0, lifetime.signal);
  const metrics = new Metrics();
  const { upstream, cache } = config;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const authorities = upstream.caFile === undefined ? undefined : new Authorities(upstream.caFile, log);
  const connections = new Connections(upstream.name, authorities, metrics, timeouts);
  const credentials = new Credentials(config.credentials);
  const client = new UpstreamClient({
    upstream,
    exchange: connections.exchange,
    credentials,
    clock,
    signal: lifetime.signal,
  });

  const layout = new StoreLayout(config.store, upstream.name);
  const eviction = new Eviction({ folders: layout.content, maxSizeBytes: cache.maxSizeBytes, log, metrics });
  const temporary = new TemporaryFiles(layout.temporary, (bytes) => eviction.makeRoom(bytes));
  const slices = new SliceCache(config.slices);
  await temporary.clean();
  await slices.clear();

  const answers = <T extends Kept>(): FreshAnswers<T> =>
    new FreshAnswers({ clock, freshMs: cache.tagTTLSeconds * 1000, staleMs: cache.staleIfErrorSeconds * 1000 });
  const activity = new Activity(clock);
  const quarantine = new Quarantine(slices, clock);
  const store = new BlobStore(layout);
  const blobs = new Blobs({ client, store, temporary, quarantine, eviction, activity, clock, log, metrics });
  const files = new LabelledFiles(temporary, eviction);
  const manifests = new Manifests({ client, layout, files, metrics });
  const tags = new Tags({ manifests, answers: answers(), layout, files, clock });
  const listings = new Listings({ client, answers: answers(), layout, files, clock });
  const handler = new RequestHandler({ blobs, quarantine, manifests, tags, listings, metrics, log });
  const server = new SocketServer((request, response) => void handler.handle(request, response), activity, clock);
  await server.listen(config.listen);
  log.info({ socket: config.listen, upstream: upstream.name }, 'listening');
  // A large store takes long to count; nobody has to wait for it.
  void eviction.run();
  if (config.volume !== undefined) void removeFormerCaches(config.volume, log, lifetime.signal);
  // nginx is told to stop at the same time as the fetcher: nothing is reloaded any more.
  const stopping = new AbortController();
  const { server: nginx } = config;
  const keeping = nginx && keepCertificateServed(nginx, { log, clock }, stopping.signal);
  return {
    close: async () => {
      stopping.abort();
      await keeping;
      const deadline = clock.now() + drainMs;
      await activity.quiet(quietMs, drainMs);
      await server.close(Math.max(lastAnswersMs, deadline - clock.now()));
      lifetime.abort(new Error('the fetcher is stopping'));
      await connections[Symbol.asyncDispose]();
      log.info({}, 'stopped');
    },
  };
}
