import { systemClock, type Clock } from '../clock.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { ApiError, isNotFound } from '../errors.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { microTime } from '../micro-time.ts';
import { keyOf, type KubernetesObject, type ObjectKey } from '../object.ts';
import { eventKind, newEvent, seriesOf, type EventToRecord } from './event.ts';

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Who reports, as in `k8s.osp.tech/entrepot`. */
  readonly component: string;
  /** Which replica reports: the pod's name. */
  readonly instance?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

interface Series {
  readonly regarding: KubernetesObject;
  readonly event: EventToRecord;
  count: number;
  /** Undefined: not written yet. Without a key: refused. */
  written: { readonly key: ObjectKey | undefined; readonly count: number; readonly atMs: number } | undefined;
  /** By the clock that never jumps, and for people. */
  seenAtMs: number;
  lastSeen: string;
}

/** A repetition after so long is a new event. */
const seriesEndsMs = 6 * 60_000;
/** A series is not written more often than this. */
const seriesIntervalMs = 10_000;
const mostSeries = 500;

/**
 * Reports what happens to objects as Events. Repetitions become one Event with a count. Recording never throws and never waits:
 * events are written one after another in the background, kept while the API server is away, and dropped, the oldest first,
 * where there are too many. What is not written yet at the end of the program is, by {@link flush}.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** In the order in which they were last seen, so that the first is the one to drop. */
  readonly #series = new Map<string, Series>();
  #writing: Promise<void> | undefined;
  #pause: AbortController | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Notes an event about an object; it is written soon, a repetition within ten seconds. */
  record(regarding: KubernetesObject, event: EventToRecord): void {
    const id = seriesOf(regarding, event);
    const seenAtMs = this.#clock.elapsedMs();
    const lastSeen = microTime(this.#clock.now());
    const known = this.#series.get(id);
    const isRepetition = known !== undefined && seenAtMs - known.seenAtMs < seriesEndsMs;
    const series = isRepetition ? known : { regarding, event, count: 0, written: undefined, seenAtMs, lastSeen };
    series.count += 1;
    Object.assign(series, { seenAtMs, lastSeen });
    this.#series.delete(id);
    this.#series.set(id, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > mostSeries && oldest !== undefined) this.#series.delete(oldest);
    void this.#writeDue();
  }

  /** Resolves when all that was recorded was written, repetitions included, or given up; at once when the signal is aborted. */
  async flush(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const gaveUp = Promise.withResolvers<void>();
    const onAbort = () => gaveUp.resolve();
    // A timer would keep the program alive.
    this.#pause?.abort();
    if (signal.aborted) return;
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([this.#flushed(signal), gaveUp.promise]);
    signal.removeEventListener('abort', onAbort);
  }

  async #flushed(signal: AbortSignal): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#exclusively(async () => this.#writeAll(this.#unwritten(), signal));
  }

  async #writeDue(): Promise<void> {
    if (this.#writing !== undefined) return;
    await this.#exclusively(async () => this.#drain());
    if (this.#pause !== undefined || this.#unwritten().length === 0) return;
    const pause = new AbortController();
    this.#pause = pause;
    await this.#clock.sleep(seriesIntervalMs / 2, pause.signal).catch(() => {});
    this.#pause = undefined;
    if (!pause.signal.aborted) await this.#writeDue();
  }

  async #exclusively(write: () => Promise<unknown>): Promise<void> {
    const writing = Promise.withResolvers<void>();
    this.#writing = writing.promise;
    await write();
    this.#writing = undefined;
    writing.resolve();
  }

  async #drain(): Promise<void> {
    for (;;) {
      const due = this.#unwritten().filter((series) => this.#isDue(series));
      if (due.length === 0 || !(await this.#writeAll(due))) return;
    }
  }

  #unwritten(): readonly Series[] {
    return [...this.#series.values()].filter(({ count, written }) => written === undefined || written.count < count);
  }

  #isDue({ written }: Series): boolean {
    return written === undefined || this.#clock.elapsedMs() - written.atMs >= seriesIntervalMs;
  }

  /** @returns false when the API server is away: what is left may be tried again later */
  async #writeAll(all: readonly Series[], signal?: AbortSignal): Promise<boolean> {
    for (const series of all) {
      const { count } = series;
      const writtenAs = (key: ObjectKey | undefined) => {
        series.written = { key, count, atMs: this.#clock.elapsedMs() };
      };
      try {
        writtenAs(await this.#write(series, signal));
      } catch (error) {
        this.#logger.warn({ error, reason: series.event.reason }, 'an event could not be recorded');
        if (!isRefusal(error)) return false;
        writtenAs(series.written?.key);
      }
    }
    return true;
  }

  /** The first of a series is created; later only its count changes. */
  async #write(series: Series, signal: AbortSignal | undefined): Promise<ObjectKey> {
    const { client, component, instance = component } = this.#options;
    const repeated = { series: { count: series.count, lastObservedTime: series.lastSeen } };
    const key = series.written?.key;
    if (key !== undefined) {
      try {
        await client.patch(eventKind, key, repeated, { type: 'merge' }, signal);
        return key;
      } catch (error) {
        // Events live for an hour only.
        if (!isNotFound(error)) throw error;
      }
    }
    const event = newEvent(series.regarding, series.event, { component, instance }, this.#clock.now());
    return keyOf(await client.create(series.count === 1 ? event : { ...event, ...repeated }, {}, signal));
  }
}

/** The API server looked at it and said no; trying again would get the same answer. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500 && error.status !== 429;
}
