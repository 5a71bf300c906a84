import type { Clock } from '../clock.ts';
import { ShortMemory } from '../short-memory.ts';
import { UpstreamError, isOutage } from '../upstream/upstream-error.ts';

/** An answer that may change upstream, with the time it was last known to be right. */
export interface Kept {
  readonly checkedAt: number;
}

/** Where answers of one key come from. */
export interface AnswerOrigin<T extends Kept> {
  /** What was kept, if anything. */
  load(): Promise<T | undefined>;
  /** Asks the upstream, and keeps what it says. */
  refresh(kept: T | undefined): Promise<T>;
}

interface Freshness {
  readonly clock: Clock;
  /** So long an answer is given without asking. */
  readonly freshMs: number;
  /** So old an answer may be that is given while the upstream does not answer. */
  readonly staleMs: number;
}

interface Refresh<T> {
  readonly startedAt: number;
  readonly answer: Promise<T>;
}

/** "There is no such thing" is believed at most this long: it may be pushed any moment. */
const maxMissingMs = 5000;
/**
 * So long the upstream may think about it when there is an older answer: the first question after a rest takes a connection, a
 * challenge and a token, each of which may take a second.
 */
const patienceMs = 5000;
/** So long only while it did not answer the last time: not every client is to wait for what will not come. */
const doubtfulPatienceMs = 300;
const pauseMs = 1000;
const maxPauseMs = 60_000;

/** Answers that are fresh while the upstream works, and old rather than none while it does not. */
export class FreshAnswers<T extends Kept> {
  readonly #freshness: Freshness;
  readonly #refreshes = new Map<string, Refresh<T>>();
  readonly #missing: ShortMemory<UpstreamError>;
  readonly #pauses: ShortMemory<true>;
  /** Whether the upstream did not answer, or not in time, when it was last asked for anything. */
  #isDoubtful = false;

  constructor(freshness: Freshness) {
    this.#freshness = freshness;
    this.#missing = new ShortMemory(freshness.clock);
    this.#pauses = new ShortMemory(freshness.clock);
  }

  /** @throws UpstreamError when the upstream says no, or gives no answer and none that may be given is kept. */
  async get(key: string, origin: AnswerOrigin<T>): Promise<{ value: T; cache: 'hit' | 'miss' | 'stale' }> {
    const missing = this.#missing.get(key);
    if (missing !== undefined) throw missing;
    const kept = await origin.load();
    const age = kept === undefined ? Infinity : this.#freshness.clock.now() - kept.checkedAt;
    if (kept !== undefined && age >= 0 && age < this.#freshness.freshMs) return { value: kept, cache: 'hit' };
    if (kept === undefined || age > this.#freshness.staleMs)
      return { value: await this.#refresh(key, origin, kept).answer, cache: 'miss' };
    if (this.#pauses.get(key)) return { value: kept, cache: 'stale' };
    const fresh = await this.#inTime(this.#refresh(key, origin, kept));
    return fresh === undefined ? { value: kept, cache: 'stale' } : { value: fresh, cache: 'miss' };
  }

  /** The new answer; undefined when it does not come soon enough, or not at all. */
  async #inTime({ startedAt, answer }: Refresh<T>): Promise<T | undefined> {
    const { clock } = this.#freshness;
    const endsAt = startedAt + (this.#isDoubtful ? doubtfulPatienceMs : patienceMs);
    const patience = clock.sleep(Math.max(0, endsAt - clock.now())).then(() => undefined);
    try {
      const fresh = await Promise.race([answer, patience]);
      if (fresh === undefined) this.#isDoubtful = true;
      return fresh;
    } catch (error) {
      if (isOutage(error)) return undefined;
      throw error;
    }
  }

  /** One refresh of a key at a time; it goes on in the background when nobody waits for it any more. */
  #refresh(key: string, origin: AnswerOrigin<T>, kept: T | undefined): Refresh<T> {
    const running = this.#refreshes.get(key);
    if (running !== undefined) return running;
    const answer = origin.refresh(kept).finally(() => this.#refreshes.delete(key));
    const { clock } = this.#freshness;
    const startedAt = clock.now();
    const refresh = { startedAt, answer };
    this.#refreshes.set(key, refresh);
    answer.then(
      () => (this.#isDoubtful = clock.now() - startedAt > patienceMs),
      (error: unknown) => this.#failed(key, error),
    );
    return refresh;
  }

  #failed(key: string, error: unknown): void {
    this.#isDoubtful = isOutage(error);
    if (error instanceof UpstreamError && error.failure === 'unknown')
      this.#missing.set(key, error, Math.min(maxMissingMs, this.#freshness.freshMs));
    else if (isOutage(error))
      this.#pauses.set(key, true, Math.min((error.retryAfterSeconds ?? 0) * 1000 || pauseMs, maxPauseMs));
  }
}
