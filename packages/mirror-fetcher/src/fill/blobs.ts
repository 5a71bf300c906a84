import { rm } from 'node:fs/promises';
import type { Activity } from '../activity.ts';
import type { Clock } from '../clock.ts';
import type { Digest } from '../digest.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { BlobSource } from '../store/blob-source.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { Eviction } from '../store/eviction.ts';
import type { TemporaryFile, TemporaryFiles } from '../store/temporary-files.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { lengthOf, openBlobStream } from './blob-stream.ts';
import { Fill } from './fill.ts';
import type { Quarantine } from './quarantine.ts';

interface BlobsParts {
  readonly client: UpstreamClient;
  readonly store: BlobStore;
  readonly temporary: TemporaryFiles;
  readonly quarantine: Quarantine;
  readonly eviction: Eviction;
  readonly activity: Activity;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Blobs by repository and digest: from the store, or by the one download that everybody shares. */
export class Blobs {
  readonly #parts: BlobsParts;
  /** Keyed by repository *and* digest: a private blob is never given to who asks by another repository's name. */
  readonly #pending = new Map<string, Promise<BlobSource>>();

  constructor(parts: BlobsParts) {
    this.#parts = parts;
  }

  /**
   * The blob's bytes; a download is started when they are not in the store.
   *
   * @throws UpstreamError when the upstream does not give it, or while the blob is in quarantine.
   */
  async obtain(repository: string, digest: Digest): Promise<BlobSource> {
    this.#parts.quarantine.check(repository, digest);
    const key = `${repository}|${digest.text}`;
    const pending = this.#pending.get(key) ?? this.#find(repository, digest);
    this.#pending.set(key, pending);
    const forget = (): void => void (this.#pending.get(key) === pending && this.#pending.delete(key));
    // A download stays joinable until its end, an answer from the store or a failure is asked for anew.
    pending.then((source) => source.verified).then(forget, forget);
    return pending;
  }

  /** Its size as far as the upstream says it, without a download. @throws UpstreamError as `obtain`. */
  async describe(repository: string, digest: Digest): Promise<{ size: number | undefined; cache: 'hit' | 'miss' }> {
    const held = await this.#parts.store.open(repository, digest);
    return held ?? { size: await this.#confirm(repository, digest), cache: 'miss' };
  }

  async #find(repository: string, digest: Digest): Promise<BlobSource> {
    const { store } = this.#parts;
    const held = await store.open(repository, digest);
    if (held !== undefined) return held;
    if ((await store.has(digest)) && (await this.#isConfirmed(repository, digest))) {
      const shared = await this.#share(repository, digest).catch(() => undefined);
      // Evicted in this very moment: downloaded again.
      if (shared !== undefined) return shared;
    }
    return this.#download(repository, digest);
  }

  /** Whether the upstream says that this repository has the blob. */
  async #isConfirmed(repository: string, digest: Digest): Promise<boolean> {
    try {
      await this.#confirm(repository, digest);
      return true;
    } catch (error) {
      // Addresses that storage hands out for a GET may refuse a HEAD: then the download tells.
      if (error instanceof UpstreamError && error.failure === 'denied') return false;
      throw error;
    }
  }

  /** Asks the upstream for the blob's size. */
  async #confirm(repository: string, digest: Digest): Promise<number | undefined> {
    const request = { kind: 'blob', method: 'HEAD', repository, path: `blobs/${digest.text}` } as const;
    const answer = await this.#parts.client.request(request);
    await answer.discard();
    return lengthOf(answer);
  }

  async #share(repository: string, digest: Digest): Promise<BlobSource> {
    await this.#parts.store.share(repository, digest);
    const shared = await this.#parts.store.open(repository, digest);
    if (shared === undefined) throw new UpstreamError('failed', `${digest.text} was evicted as soon as it was stored`);
    return shared;
  }

  async #download(repository: string, digest: Digest): Promise<BlobSource> {
    const { client, temporary, clock, store } = this.#parts;
    // First the file: without a place to write to, nothing is asked of the upstream.
    const file = await temporary.create();
    const stream = await openBlobStream(client, repository, digest, clock).catch(async (error: unknown) => {
      await file.handle.close();
      await rm(file.path, { force: true });
      throw error;
    });
    const fill = new Fill(digest, file, stream, async () => {
      await store.adopt(file, digest);
      return this.#share(repository, digest);
    });
    void this.#watch(fill, file, repository, digest);
    await fill.sized;
    return fill;
  }

  async #watch(fill: Fill, file: TemporaryFile, repository: string, digest: Digest): Promise<void> {
    const { activity, clock, log, metrics, eviction, quarantine } = this.#parts;
    const startedAt = clock.now();
    const ended = activity.begin();
    const about = { repository, digest: digest.text };
    metrics.add('entrepot_fetcher_fills_running');
    try {
      await fill.verified;
      eviction.added(fill.size);
      metrics.add('entrepot_fetcher_fills_total', { result: 'stored' });
      log.info({ ...about, bytes: fill.size, ms: clock.now() - startedAt }, 'stored a blob');
    } catch (error) {
      const result = error instanceof UpstreamError ? error.failure : 'failed';
      metrics.add('entrepot_fetcher_fills_total', { result });
      if (result === 'corrupt') metrics.add('entrepot_fetcher_verification_failures_total');
      log.error({ ...about, error: String(error) }, 'a download failed, what was given out of it is removed');
      const isolated = quarantine.isolate(repository, digest, fill.size, fill.idle);
      await rm(file.path, { force: true });
      await isolated;
    } finally {
      metrics.add('entrepot_fetcher_fills_running', {}, -1);
      ended();
    }
  }
}
