import { backoffMs } from '../backoff.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Metrics } from '../observe/metrics.ts';

export interface WorkQueueOptions {
  /** For the metrics. */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}

const retryRange = { baseMs: 100, maxMs: 5 * 60_000 };

/**
 * Keys that wait for work. A key waits once however often it is added, and is never given to two workers at a time:
 * added while it is worked on, it comes again afterwards.
 *
 * @example
 * const key = await queue.get(signal);
 * await work(key).then(() => queue.forget(key), () => queue.retry(key));
 * queue.done(key);
 */
export class WorkQueue {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #metrics: Metrics | undefined;
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  readonly #addedWhileActive = new Set<string>();
  readonly #delayed = new Map<string, { readonly dueMs: number; readonly cancel: AbortController }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string) => void)[] = [];

  constructor(options: WorkQueueOptions = {}) {
    this.#name = options.name ?? 'queue';
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics;
  }

  /** How many keys wait, those that are delayed not counted. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Makes a key wait for the next free worker. */
  add(key: string): void {
    if (this.#active.has(key)) this.#addedWhileActive.add(key);
    else {
      this.#cancelDelay(key);
      const taker = this.#takers.shift();
      if (taker === undefined) this.#waiting.add(key);
      else taker(this.#hand(key));
    }
    this.#metrics?.queueDepth.set({ queue: this.#name }, this.size);
  }

  /** Adds a key after a while, unless it is worked on before; of several delays the earliest counts. */
  addAfter(key: string, ms: number): void {
    const dueMs = this.#clock.elapsedMs() + ms;
    const pending = this.#delayed.get(key);
    if (pending !== undefined && pending.dueMs <= dueMs) return;
    pending?.cancel.abort();
    const cancel = new AbortController();
    this.#delayed.set(key, { dueMs, cancel });
    void this.#addWhenDue(key, ms, cancel.signal);
  }

  /** Adds a key after its own back-off, which grows with every call until `forget`. */
  retry(key: string, atLeastMs = 0): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.addAfter(key, Math.max(atLeastMs, backoffMs(failures, retryRange)));
  }

  /** Adds every delayed key now, so that none is lost and no timer is left: a timer keeps its process alive. */
  endDelays(): void {
    for (const key of this.#delayed.keys()) {
      this.#cancelDelay(key);
      this.add(key);
    }
  }

  /** The key's work succeeded: its next failure is a first one. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, which is this worker's until `done`. Rejects with the signal's reason. */
  async get(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    const [next] = this.#waiting;
    if (next !== undefined) return this.#hand(next);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const onAbort = () => {
      const place = this.#takers.indexOf(resolve);
      if (place >= 0) this.#takers.splice(place, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#takers.push(resolve);
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  /** Gives a key back; must be called once for every `get`. */
  done(key: string): void {
    this.#active.delete(key);
    if (this.#addedWhileActive.delete(key)) this.add(key);
  }

  #hand(key: string): string {
    this.#waiting.delete(key);
    this.#active.add(key);
    this.#metrics?.queueDepth.set({ queue: this.#name }, this.size);
    return key;
  }

  async #addWhenDue(key: string, ms: number, cancelled: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, cancelled).catch(() => {});
    if (cancelled.aborted) return;
    this.#delayed.delete(key);
    this.add(key);
  }

  #cancelDelay(key: string): void {
    this.#delayed.get(key)?.cancel.abort();
    this.#delayed.delete(key);
  }
}
