import type { Clock } from './clock.ts';

const lookMs = 50;

/** What is under way, so that a program that is told to stop can wait until nobody needs it any more. */
export class Activity {
  readonly #clock: Clock;
  #running = 0;
  #endedAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has begun. Returns what is to be called, once, when it has ended. */
  begin(): () => void {
    this.#running += 1;
    return () => {
      this.#running -= 1;
      this.#endedAt = this.#clock.now();
    };
  }

  /** Resolves when nothing has been under way for `quietMs`, at the latest after `limitMs`. */
  async quiet(quietMs: number, limitMs: number): Promise<void> {
    const deadline = this.#clock.now() + limitMs;
    while (this.#isBusy(quietMs) && this.#clock.now() < deadline) await this.#clock.sleep(lookMs);
  }

  #isBusy(quietMs: number): boolean {
    return this.#running > 0 || this.#clock.now() - this.#endedAt < quietMs;
  }
}
