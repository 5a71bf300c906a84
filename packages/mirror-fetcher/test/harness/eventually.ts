import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds; fails when it does not in time. */
export async function eventually(condition: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${condition.toString()}`);
    await delay(10);
  }
}
