import { systemClock, type Clock } from '../clock.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { isNotFound } from '../errors.ts';
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
  /** Undefined: not written yet. */
  written: { readonly key: ObjectKey; readonly count: number; readonly atMs: number } | undefined;
  lastSeenMs: number;
}

/** A repetition after so long is a new event. */
const seriesEndsMs = 6 * 60_000;
/** A series is not written more often than this. */
const seriesIntervalMs = 10_000;
const mostSeries = 500;

/**
 * Reports what happens to objects as Events. Repetitions become one Event with a count. Recording never throws and never waits:
 * events are written one after another in the background, and dropped where the API server cannot keep up.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** In the order in which they were last seen, so that the first is the one to drop. */
  readonly #series = new Map<string, Series>();
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Notes an event about an object; it is written soon, a repetition within ten seconds. */
  record(regarding: KubernetesObject, event: EventToRecord): void {
    const id = seriesOf(regarding, event);
    const now = this.#clock.now();
    const known = this.#series.get(id);
    const isRepetition = known !== undefined && now - known.lastSeenMs < seriesEndsMs;
    const series = isRepetition ? known : { regarding, event, count: 0, written: undefined, lastSeenMs: now };
    series.count += 1;
    series.lastSeenMs = now;
    this.#series.delete(id);
    this.#series.set(id, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > mostSeries && oldest !== undefined) this.#series.delete(oldest);
    void this.#writeDue();
  }

  /** Resolves when all that was recorded was written, repetitions included, or given up. */
  async flush(signal?: AbortSignal): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    this.#writing = this.#writeAll([...this.#series.values()].filter(isUnwritten), signal);
    await this.#writing;
    this.#writing = undefined;
  }

  async #writeDue(): Promise<void> {
    if (this.#writing !== undefined) return;
    this.#writing = this.#drain();
    await this.#writing;
    this.#writing = undefined;
    if (this.#timer === undefined && [...this.#series.values()].some(isUnwritten)) {
      // The program may end before: events are worth no delay of it.
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.#writeDue();
      }, seriesIntervalMs / 2).unref();
    }
  }

  async #drain(): Promise<void> {
    for (;;) {
      const due = [...this.#series.values()].filter((series) => isUnwritten(series) && this.#isDue(series));
      if (due.length === 0) return;
      await this.#writeAll(due);
    }
  }

  #isDue({ written }: Series): boolean {
    return written === undefined || this.#clock.now() - written.atMs >= seriesIntervalMs;
  }

  async #writeAll(all: readonly Series[], signal?: AbortSignal): Promise<void> {
    for (const series of all) {
      const { count } = series;
      try {
        const key = await this.#write(series, signal);
        series.written = { key, count, atMs: this.#clock.now() };
      } catch (error) {
        this.#logger.warn({ error, reason: series.event.reason }, 'an event could not be recorded');
        series.written = { key: series.written?.key ?? { name: '' }, count, atMs: this.#clock.now() };
      }
    }
  }

  /** The first of a series is created; later only its count changes. */
  async #write(series: Series, signal: AbortSignal | undefined): Promise<ObjectKey> {
    const { client, component, instance = component } = this.#options;
    const repeated = { series: { count: series.count, lastObservedTime: microTime(series.lastSeenMs) } };
    if (series.written !== undefined && series.written.key.name !== '') {
      try {
        await client.patch(eventKind, series.written.key, repeated, { type: 'merge' }, signal);
        return series.written.key;
      } catch (error) {
        // Events live for an hour only.
        if (!isNotFound(error)) throw error;
      }
    }
    const event = newEvent(series.regarding, series.event, { component, instance }, this.#clock.now());
    return keyOf(await client.create(series.count === 1 ? event : { ...event, ...repeated }, {}, signal));
  }
}

function isUnwritten({ count, written }: Series): boolean {
  return written === undefined || written.count < count;
}
