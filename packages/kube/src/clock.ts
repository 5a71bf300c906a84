import { setTimeout as delay } from 'node:timers/promises';

/** Where time is read and waited for, so that tests can own it. */
export interface Clock {
  /** Milliseconds since the epoch: for timestamps. It jumps when somebody sets the machine's time. */
  now(): number;
  /** Milliseconds since a moment that never changes: for measuring durations. It never jumps. */
  elapsedMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
  },
};
