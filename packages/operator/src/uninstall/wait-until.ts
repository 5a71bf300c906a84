import { systemClock, type Clock } from '@entrepot/kube';

const askEveryMs = 1_000;

export interface Waiting {
  readonly limitMs: number;
  /** Told what is still missing whenever that changes. */
  readonly onProgress: (missing: string) => void;
  readonly clock?: Clock | undefined;
}

/**
 * Asks once a second until nothing is missing.
 *
 * @param missing says what is; undefined when there is nothing
 * @returns what was missing last when the limit was reached; undefined when nothing is
 */
export async function waitUntil(
  missing: () => Promise<string | undefined>,
  { limitMs, onProgress, clock = systemClock }: Waiting,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = clock.elapsedMs() + limitMs;
  let told: string | undefined;
  for (;;) {
    const state = await missing();
    if (state === undefined || clock.elapsedMs() >= end) return state;
    if (state !== told) onProgress(state);
    told = state;
    await clock.sleep(askEveryMs, signal);
  }
}
