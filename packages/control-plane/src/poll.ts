import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until `condition` holds; a condition that throws does not hold yet. After `deadlineMs` it fails
 * with a message that names what was waited for and the last error.
 */
export async function poll(
  what: string,
  condition: () => Promise<boolean> | boolean,
  options: { readonly deadlineMs: number; readonly everyMs?: number },
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + options.deadlineMs;
  for (;;) {
    let failure: unknown;
    try {
      if (await condition()) return;
    } catch (error) {
      failure = error;
    }
    signal?.throwIfAborted();
    if (performance.now() > deadline) {
      const reason = failure instanceof Error ? `: ${failure.message}` : '';
      throw new Error(`${what}: not within ${options.deadlineMs / 1000} s${reason}`, { cause: failure });
    }
    await delay(options.everyMs ?? 50, undefined, signal ? { signal } : {});
  }
}
