import { systemClock, type Clock } from '../clock.ts';
import { ApiError, TerminalError, WaitingError } from '../errors.ts';
import type { Change } from '../informer/object-diff.ts';
import type { Informer } from '../informer/informer.ts';
import { silentLogger, type Logger } from '../logger.ts';
import type { KubernetesObject } from '../object.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Result } from '../result.ts';
import type { Runnable } from './runnable.ts';
import { WorkQueue } from './work-queue.ts';

export interface ControllerOptions {
  readonly name: string;
  /** Brings the world in line with what the key stands for; reads the state afresh, whatever the event was. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Result>;
  /** How many keys are worked on at a time; one key never twice. */
  readonly concurrency?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * Turns events into keys and calls `reconcile` for each, again after a while where it asks for that or fails.
 * A {@link TerminalError} is not tried again before the next event; a {@link WaitingError} is no failure.
 */
export class Controller implements Runnable {
  readonly name: string;
  readonly needsLeadership = true;
  readonly #reconcile: ControllerOptions['reconcile'];
  readonly #concurrency: number;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #metrics: Metrics | undefined;
  readonly #queue: WorkQueue;

  constructor({
    name,
    reconcile,
    concurrency = 1,
    logger = silentLogger,
    clock = systemClock,
    metrics,
  }: ControllerOptions) {
    this.name = name;
    this.#reconcile = reconcile;
    this.#concurrency = concurrency;
    this.#logger = logger;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#queue = new WorkQueue({ name, clock, metrics });
  }

  /** Asks for a reconcile of the key. */
  enqueue(key: string): void {
    this.#queue.add(key);
  }

  /** Enqueues the keys of every object that changes; after an update those of its state before as well. */
  watch<T extends KubernetesObject>(
    informer: Informer<T>,
    keysOf: (object: T, change: Change<T>) => Iterable<string>,
  ): void {
    informer.onChange((change) => {
      if (change.previous !== undefined) for (const key of keysOf(change.previous, change)) this.enqueue(key);
      for (const key of keysOf(change.object, change)) this.enqueue(key);
    });
  }

  /**
   * Works until the signal is aborted, then takes no further key and resolves when the reconciles under way have ended;
   * they are aborted when `kill` is. It may be run again later: keys that came meanwhile are waiting, and so are those that were
   * to be looked at after a while.
   */
  async run(signal: AbortSignal, kill: AbortSignal = new AbortController().signal): Promise<void> {
    const workers = Array.from({ length: this.#concurrency }, async () => this.#work(signal, kill));
    await Promise.all(workers);
    this.#queue.endDelays();
  }

  async #work(signal: AbortSignal, kill: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const key = await this.#queue.get(signal).catch(() => undefined);
      if (key === undefined) return;
      await this.#process(key, kill);
      this.#queue.done(key);
    }
  }

  async #process(key: string, kill: AbortSignal): Promise<void> {
    const startedAt = this.#clock.elapsedMs();
    const result = await this.#attempt(key, kill);
    this.#metrics?.reconciles.inc({ controller: this.name, result });
    this.#metrics?.reconcileSeconds.observe({ controller: this.name }, (this.#clock.elapsedMs() - startedAt) / 1000);
  }

  async #attempt(key: string, kill: AbortSignal): Promise<'done' | 'waiting' | 'terminal' | 'failed' | 'aborted'> {
    try {
      const { requeueAfterMs } = await this.#reconcile(key, kill);
      this.#queue.forget(key);
      if (requeueAfterMs !== undefined) this.#queue.addAfter(key, requeueAfterMs);
      return 'done';
    } catch (error) {
      return this.#afterError(key, error, kill.aborted);
    }
  }

  #afterError(key: string, error: unknown, isKilled: boolean): 'waiting' | 'terminal' | 'failed' | 'aborted' {
    if (isKilled) {
      this.#queue.add(key);
      return 'aborted';
    }
    if (error instanceof WaitingError) {
      this.#queue.forget(key);
      this.#queue.addAfter(key, error.afterMs);
      this.#logger.debug({ controller: this.name, key, reason: error.reason }, error.message);
      return 'waiting';
    }
    if (error instanceof TerminalError) {
      this.#queue.forget(key);
      this.#logger.warn({ controller: this.name, key, reason: error.reason }, error.message);
      return 'terminal';
    }
    this.#queue.retry(key, error instanceof ApiError ? error.retryAfterMs : undefined);
    this.#logger.error({ controller: this.name, key, error }, 'reconcile failed; it will be tried again');
    return 'failed';
  }
}
