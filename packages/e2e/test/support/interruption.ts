/** A pull of an image. Times are milliseconds since the epoch. */
export interface Pull {
  readonly began: number;
  readonly ended: number;
  /** Why it failed. */
  readonly error?: string;
}

/** What pulls, one after the other, show of something that happened. */
export interface Interruption {
  readonly failed: number;
  readonly succeeded: number;
  /** From the last success before the first failure to the first success after the last; 0 when none failed, infinite while none succeeds. */
  readonly seconds: number;
  /** The longest time that a pull took that succeeded. */
  readonly slowestSeconds: number;
  /** Why pulls failed, each reason once. */
  readonly reasons: readonly string[];
}

/** What those pulls show that were under way at a time or began later. */
export function interruptionSince(pulls: readonly Pull[], since: number): Interruption {
  const seen = pulls.filter(({ ended }) => ended >= since);
  const failures = seen.filter(({ error }) => error !== undefined);
  const successes = seen.filter(({ error }) => error === undefined);
  return {
    failed: failures.length,
    succeeded: successes.length,
    seconds: withoutSuccess(pulls, failures),
    slowestSeconds: Math.max(0, ...successes.map(({ began, ended }) => (ended - began) / 1000)),
    reasons: [...new Set(failures.map(({ error = '' }) => error))],
  };
}

function withoutSuccess(pulls: readonly Pull[], failures: readonly Pull[]): number {
  const [first, last] = [failures[0], failures.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const successes = pulls.filter(({ error }) => error === undefined);
  const before = successes.findLast(({ ended }) => ended <= first.ended)?.ended ?? first.began;
  const after = successes.find(({ ended }) => ended > last.ended)?.ended ?? Infinity;
  return (after - before) / 1000;
}
