import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition gives something other than undefined or false; fails with `what` after a minute. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  everyMs = 25,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not seen within a minute: ${what}`);
    await sleep(everyMs);
  }
}
