/** How long to wait before trying again: doubles from `baseMs` up to `maxMs`. */
export interface BackoffRange {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The wait after the given number of failures in a row (1 is the first). Half of it is random, so that many clients
 * that failed together do not come back together.
 *
 * @example backoffMs(3, { baseMs: 100, maxMs: 30_000 }) // between 200 and 400
 */
export function backoffMs(
  failures: number,
  { baseMs, maxMs }: BackoffRange,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 52));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/**
 * The wait after a server said when to come back: never less, and up to a fifth more, so that many clients
 * that were turned away together do not come back together.
 *
 * @example afterRetryAfterMs(1_000) // between 1,000 and 1,200
 */
export function afterRetryAfterMs(retryAfterMs: number, random: () => number = Math.random): number {
  return retryAfterMs * (1 + random() / 5);
}
