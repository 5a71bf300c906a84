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
