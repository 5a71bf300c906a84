import { describe, expect, test } from 'vitest';
import type { Check } from './check.ts';

/** Where a plugin knowingly does otherwise. */
export interface Deviation {
  /** Why that is right for this plugin; printed with every run. */
  readonly reason: string;
  /** The names of the tests that fail on purpose. */
  readonly tests: readonly string[];
}

/** Long enough to start an API server on a busy machine. */
const timeoutMs = 120_000;

/**
 * Registers a test for every check. A deviation turns its tests around: they pass while the check fails, so that one which
 * is no longer needed is noticed.
 *
 * @param what names the subject, as in `strategy hostess`
 * @throws when a deviation names a test that is none of this suite
 */
export function registerChecks<Subject>(
  what: string,
  checks: readonly Check<Subject>[],
  subject: () => Subject,
  deviations: readonly Deviation[] = [],
): void {
  const reasons = reasonsByTest(what, checks, deviations);
  const cases = checks.map(({ name, run }) => {
    const reason = reasons.get(name);
    return reason === undefined
      ? { name, outcome: async () => run(subject()) }
      : {
          name: `${name} (deviates: ${reason})`,
          outcome: async () => {
            console.info(`${what} deviates in '${name}': ${reason}`);
            if (await passes(() => run(subject()))) throw new Error('this test passes now: remove its deviation');
          },
        };
  });
  describe(`the contract of ${what}`, () => {
    test.each(cases)('$name', { timeout: timeoutMs }, async ({ outcome }) => {
      await expect(outcome()).resolves.toBeUndefined();
    });
  });
}

async function passes(action: () => void | Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch {
    return false;
  }
}

function reasonsByTest(
  what: string,
  checks: readonly { readonly name: string }[],
  deviations: readonly Deviation[],
): ReadonlyMap<string, string> {
  const reasons = new Map(deviations.flatMap(({ reason, tests }) => tests.map((name) => [name, reason])));
  const names = checks.map(({ name }) => name);
  const unknown = [...reasons.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `${what}: a deviation names '${unknown.join("', '")}', but the tests are:\n- ${names.join('\n- ')}`,
    );
  }
  return reasons;
}
