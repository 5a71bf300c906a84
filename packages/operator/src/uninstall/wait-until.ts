import { ApiError, isConflict, systemClock, type Clock } from '@entrepot/kube';
import { messageOf } from '../message-of.ts';

const askEveryMs = 1_000;

/** How something is waited for. */
export interface Waiting {
  /** Until then, as {@link Clock.elapsedMs} counts. */
  readonly endMs: number;
  /** Told what is still missing whenever that changes. */
  readonly onProgress: (missing: string) => void;
  readonly clock?: Clock | undefined;
}

/**
 * Asks once a second until nothing is missing. An API server that does not answer, or not now, is something that is missing.
 *
 * @param missing says what is; undefined when there is nothing
 * @returns what was missing last when the time was over; undefined when nothing is
 * @throws what `missing` does, unless that may pass
 */
export async function waitUntil(
  missing: () => Promise<string | undefined>,
  { endMs, onProgress, clock = systemClock }: Waiting,
  signal: AbortSignal,
): Promise<string | undefined> {
  const asked = async (): Promise<string | undefined> =>
    missing().catch((error: unknown) => {
      if (signal.aborted || !mayPass(error)) throw error;
      return `the API server is asked again: ${messageOf(error)}`;
    });
  let told: string | undefined;
  for (;;) {
    const state = await asked();
    if (state === undefined || clock.elapsedMs() >= endMs) return state;
    if (state !== told) onProgress(state);
    told = state;
    await clock.sleep(askEveryMs, signal);
  }
}

/** Whether the same may succeed later. Connections that fail are named by a code, in Node.js and in undici. */
function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500 || isConflict(error);
  return error instanceof Error && 'code' in error;
}
