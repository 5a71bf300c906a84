import type { Clock } from '../clock.ts';
import { UpstreamError, isOutage } from './upstream-error.ts';

/** Spares everybody the wait for an upstream that is known to be down. */
export class Breaker {
  readonly #clock: Clock;
  readonly #upstream: string;
  readonly #threshold: number;
  readonly #openMs: number;
  #failures = 0;
  #openUntil = 0;
  #reason = '';

  /** Opens for `openMs` after `threshold` connections in a row failed; then one request may try. */
  constructor(clock: Clock, upstream: string, { threshold = 3, openMs = 3000 } = {}) {
    this.#clock = clock;
    this.#upstream = upstream;
    this.#threshold = threshold;
    this.#openMs = openMs;
  }

  /**
   * Does the work unless the breaker is open.
   *
   * @throws UpstreamError `unreachable` at once while it is open; else what the work throws.
   */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    if (now < this.#openUntil) {
      const retryAfterSeconds = Math.ceil((this.#openUntil - now) / 1000);
      throw new UpstreamError('unreachable', `${this.#upstream} could not be reached a moment ago: ${this.#reason}`, {
        retryAfterSeconds,
      });
    }
    // While this one tries, the others go on being turned away.
    if (this.#failures >= this.#threshold) this.#openUntil = now + this.#openMs;
    try {
      const result = await work();
      this.#failures = 0;
      this.#openUntil = 0;
      return result;
    } catch (error) {
      if (isOutage(error)) this.#failed(error);
      throw error;
    }
  }

  #failed(error: UpstreamError): void {
    this.#reason = error.message;
    this.#failures += 1;
    if (this.#failures >= this.#threshold) this.#openUntil = this.#clock.now() + this.#openMs;
  }
}
