import { setTimeout as delay } from 'node:timers/promises';

/** Asks again every 50 ms until the answer is there; rejects with `what` when it takes longer than `withinMs`. */
export async function until<T>(what: string, withinMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await delay(50);
  }
}
