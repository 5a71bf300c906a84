import { setTimeout as delay } from 'node:timers/promises';

/** Lets one loop sleep until there is something to do: a ring while nobody listens is heard next time. */
export class Doorbell {
  #pending = new AbortController();

  ring(): void {
    this.#pending.abort();
  }

  /** Ends at a ring, after so many milliseconds, or when the signal aborts. */
  async heard(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await delay(timeoutMs, undefined, { signal: AbortSignal.any([this.#pending.signal, signal]) }).catch(() => {});
    if (this.#pending.signal.aborted) this.#pending = new AbortController();
  }
}
