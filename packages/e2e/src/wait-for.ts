import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '@entrepot/control-plane';

/** How long {@link waitFor} waits, and who is told. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly onProgress: Progress;
}

const tellEveryMs = 10_000;

/**
 * Asks again and again until nothing is missing, and says every ten seconds what is. A question that fails counts as
 * missing what it failed with. Fails with what was missing last.
 *
 * @param missing says what is still missing; undefined when there is nothing
 * @example await waitFor('3 nodes', async () => (await ready()) === 3 ? undefined : 'not all are Ready', options);
 */
export async function waitFor(
  what: string,
  missing: () => Promise<string | undefined>,
  { timeoutMs, onProgress }: WaitOptions,
): Promise<void> {
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  let told = began;
  for (;;) {
    const state = await missing().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    const now = performance.now();
    if (state === undefined) return onProgress(`${what}: after ${seconds()}`);
    if (now - began > timeoutMs) throw new Error(`${what}: not within ${seconds()}: ${state}`);
    if (now - told > tellEveryMs) {
      told = now;
      onProgress(`${what}: ${seconds()} so far: ${state}`);
    }
    await delay(pauseMs(now - began));
  }
}

/** How long not to ask after so long a wait: what is asked is busy with what is awaited, so it is asked less and less often. */
export function pauseMs(waitedMs: number): number {
  return Math.min(Math.max(250, waitedMs / 8), 2_000);
}
