import { systemClock, type Clock } from '../../src/index.ts';

/** The machine's time, which somebody sets, and a machine that is put to sleep. */
export class JumpingClock implements Clock {
  #setByMs = 0;
  #asleepMs = 0;

  now(): number {
    return systemClock.now() + this.#setByMs + this.#asleepMs;
  }

  elapsedMs(): number {
    return systemClock.elapsedMs() + this.#asleepMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemClock.sleep(ms, signal);
  }

  /** The time of day is another; nothing else happened. */
  set(byMs: number): void {
    this.#setByMs += byMs;
  }

  /** The machine slept, and nobody noticed. */
  suspend(ms: number): void {
    this.#asleepMs += ms;
  }
}
