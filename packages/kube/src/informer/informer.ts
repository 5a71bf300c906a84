import { afterRetryAfterMs, backoffMs } from '../backoff.ts';
import type { KubeClient } from '../client/kube-client.ts';
import type { Selection } from '../client/request-options.ts';
import { systemClock, type Clock } from '../clock.ts';
import { ApiError } from '../errors.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { describe, type GroupVersionKind, type KubernetesObject } from '../object.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { WatchEvent } from '../client/watch-stream.ts';
import { frozenObject } from './freeze.ts';
import type { Change } from './object-diff.ts';
import { InformerStore, type ObjectStore } from './object-store.ts';
import { isOlder } from './resource-version.ts';

export interface InformerOptions extends Selection {
  readonly client: KubeClient;
  readonly kind: GroupVersionKind;
  /** Off by default: managedFields are most of an object's bytes and nobody reads them. */
  readonly keepManagedFields?: boolean | undefined;
  /** Nobody waits for it: while it may not be listed (403), it counts as complete with what it knows. */
  readonly isOptional?: boolean | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}

const retryRange = { baseMs: 200, maxMs: 30_000 };
/** How often to look whether a missing kind was installed. */
const missingKindRange = { baseMs: 2_000, maxMs: 2_000 };
/** After so many failures in a row the place in the stream is not trusted any more. */
const failuresUntilRelist = 5;
/** A stream that ends sooner and says nothing is a failure: something in between cuts it. One that stayed for longer was well. */
const shortestWatchMs = 1_000;

/** Called with every change; one that throws or rejects is logged, nothing else. */
type ChangeListener<T> = (change: Change<T>) => void | Promise<void>;

/**
 * Keeps a copy of all objects of a kind: lists them once, then follows the changes for as long as it runs,
 * whatever the API server and the network do meanwhile.
 *
 * @example
 * const pods = new Informer({ client, kind: { group: '', version: 'v1', kind: 'Pod' } });
 * pods.onChange(({ type, object }) => console.log(type, object.metadata.name));
 * await pods.run(signal);
 */
export class Informer<T extends KubernetesObject = KubernetesObject> {
  readonly kind: GroupVersionKind;
  readonly #options: InformerOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #store = new InformerStore<T>();
  readonly #listeners = new Set<ChangeListener<T>>();
  readonly #firstSync = Promise.withResolvers<void>();
  /** Where the next watch carries on; undefined: list first. */
  #resourceVersion: string | undefined;
  #failures = 0;
  #hasSynced = false;
  #isMissing = false;

  constructor(options: InformerOptions) {
    this.kind = options.kind;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#clock = options.clock ?? systemClock;
  }

  /** What is known; complete once `hasSynced`. */
  get store(): ObjectStore<T> {
    return this.#store;
  }

  /** Whether everything was listed at least once. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves when `hasSynced`; rejects with the signal's reason. */
  async synced(signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return this.#firstSync.promise;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([this.#firstSync.promise, aborted.promise]).finally(() =>
      signal.removeEventListener('abort', onAbort),
    );
  }

  /**
   * Calls the listener for every change, and at once with `added` for every object that is known already.
   * A listener that throws or rejects is logged; the others and the informer go on. Returns the function that ends it.
   */
  onChange(listener: ChangeListener<T>): () => void {
    this.#listeners.add(listener);
    for (const object of this.#store.list()) this.#tell(listener, { type: 'added', object });
    return () => this.#listeners.delete(listener);
  }

  /** Follows the kind until the signal is aborted; then resolves. A kind that is not installed is waited for. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#resourceVersion ??= await this.#relist(signal);
        await this.#watch(this.#resourceVersion, signal);
      } catch (error) {
        if (signal.aborted) return;
        const waitMs = this.#waitAfter(error);
        await this.#clock.sleep(waitMs, signal).catch(() => {});
      }
    }
  }

  async #relist(signal: AbortSignal): Promise<string> {
    const { client, namespace, labelSelector, fieldSelector, metrics, keepManagedFields } = this.#options;
    const { items, resourceVersion } = await client.list<T>(
      this.kind,
      { namespace, labelSelector, fieldSelector },
      signal,
    );
    metrics?.relists.inc({ kind: this.kind.kind });
    if (this.#isMissing) this.#logger.info({ kind: this.kind }, `${this.kind.kind} is installed now`);
    this.#isMissing = false;
    const objects = items.map((item) => frozenObject(item, keepManagedFields));
    this.#publish(this.#store.replace(objects, resourceVersion));
    this.#hasSynced = true;
    this.#firstSync.resolve();
    return resourceVersion;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, namespace, labelSelector, fieldSelector } = this.#options;
    const timeoutSeconds = 300 + Math.floor(Math.random() * 300);
    const options = { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds };
    const events = await client.watch<T>(this.kind, options, signal);
    const openedAtMs = this.#clock.elapsedMs();
    const wasShort = () => this.#clock.elapsedMs() - openedAtMs < shortestWatchMs;
    let seen = 0;
    try {
      for await (const event of events) {
        this.#take(event);
        seen += 1;
        this.#failures = 0;
      }
    } finally {
      // What ends quiet watches now and then must not add up to long waits.
      if (!wasShort()) this.#failures = 0;
    }
    if (seen === 0 && wasShort()) throw new Error('the watch ended at once, without an event');
  }

  #take(event: WatchEvent<T>): void {
    const { metrics, keepManagedFields } = this.#options;
    metrics?.lastEvent.set({ kind: this.kind.kind }, this.#clock.now() / 1000);
    if (event.type === 'bookmark') {
      if (this.#resourceVersion !== undefined && isOlder(event.resourceVersion, this.#resourceVersion)) {
        throw new ApiError(410, 'WentBack', `The API server went back from resource version ${this.#resourceVersion}`);
      }
      this.#resourceVersion = event.resourceVersion;
      this.#store.reached(event.resourceVersion);
      return;
    }
    metrics?.watchEvents.inc({ kind: this.kind.kind });
    const object = frozenObject(event.object, keepManagedFields);
    this.#publish(event.type === 'deleted' ? this.#store.delete(object) : this.#store.set(object));
    this.#resourceVersion = object.metadata.resourceVersion;
  }

  /** Decides what a failure means for the place in the stream, and how long to wait. */
  #waitAfter(error: unknown): number {
    this.#failures += 1;
    if (error instanceof ApiError && error.reason === 'NoSuchKind') return this.#waitForKind(error);
    if (error instanceof ApiError && error.status === 403) this.#doWithout(error);
    const isExpired = error instanceof ApiError && error.status === 410;
    const waitMs = Math.max(backoffMs(this.#failures, retryRange), afterRetryAfterMs(retryAfterOf(error)));
    if (isExpired || this.#failures % failuresUntilRelist === 0) this.#resourceVersion = undefined;
    const level = isExpired || this.#failures === 1 ? 'debug' : 'warn';
    this.#logger[level]({ kind: this.kind, error, waitMs }, `Watching ${this.kind.kind} failed; trying again`);
    return waitMs;
  }

  #doWithout(error: ApiError): void {
    if (this.#options.isOptional !== true || this.#hasSynced) return;
    this.#logger.warn({ kind: this.kind, error }, `${this.kind.kind} may not be read; going on without`);
    this.#hasSynced = true;
    this.#firstSync.resolve();
  }

  #waitForKind(error: ApiError): number {
    if (!this.#isMissing) {
      this.#logger.warn({ kind: this.kind, error }, `${this.kind.kind} is not installed; waiting for it`);
    }
    this.#isMissing = true;
    this.#resourceVersion = undefined;
    this.#publish(this.#store.replace([], undefined));
    return backoffMs(1, missingKindRange);
  }

  #publish(changes: readonly Change<T>[]): void {
    for (const change of changes) for (const listener of this.#listeners) this.#tell(listener, change);
  }

  #tell(listener: ChangeListener<T>, change: Change<T>): void {
    const failed = (error: unknown) => {
      this.#options.metrics?.handlerErrors.inc({ kind: this.kind.kind });
      this.#logger.error({ error, change: change.type }, `A listener failed on ${describe(change.object)}`);
    };
    try {
      const outcome: unknown = listener(change);
      // A rejection that nobody handles would end the process.
      if (outcome instanceof Promise) outcome.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function retryAfterOf(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
}
