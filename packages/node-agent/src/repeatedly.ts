import { setTimeout as delay } from 'node:timers/promises';
import { Doorbell } from './doorbell.ts';
import type { Readiness } from './health/readiness.ts';
import { RefusedError } from './policy/node-policy.ts';

const shortestPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Does something over and over: at once, at every ring of the bell, and every so often; what fails is tried again after
 * growing pauses, which no ring makes shorter. Ends when the signal aborts, or when `action` says that all is done for good.
 *
 * @param action tells the readiness what holds; what it throws is told as what the agent waits for
 * @param checkMs between two looks when all is well, and while an administrator's rule forbids it
 */
export async function repeatedly(
  action: () => Promise<'again' | 'finished'>,
  checkMs: number,
  readiness: Readiness,
  signal: AbortSignal,
  bell = new Doorbell(),
): Promise<void> {
  let failedMs = 0;
  while (!signal.aborted) {
    try {
      if ((await action()) === 'finished') return;
      failedMs = 0;
    } catch (error) {
      if (signal.aborted) return;
      failedMs = error instanceof RefusedError ? 0 : Math.min(Math.max(failedMs * 2, shortestPauseMs), longestPauseMs);
      const next = failedMs === 0 ? '' : '; trying again';
      readiness.waits(`${error instanceof Error ? error.message : String(error)}${next}`);
    }
    if (failedMs === 0) await bell.heard(checkMs, signal);
    else await delay(failedMs, undefined, { signal }).catch(() => {});
  }
}
