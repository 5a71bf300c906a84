import { messageOf, type Check } from './check.ts';

/** Where a plugin knowingly does otherwise. */
export interface Deviation {
  /** Why that is right for this plugin; printed with every run. */
  readonly reason: string;
  /** The names of the tests that fail on purpose. */
  readonly tests: readonly string[];
}

/** A test to be registered; it fails when `outcome` rejects. */
export interface ContractCase {
  readonly name: string;
  readonly outcome: () => Promise<void>;
}

/**
 * A test for every check. Of those that fail for one cause the first says everything, and the others name it. A deviation turns its tests around: they pass while the check fails, so that one which is no
 * longer needed is noticed.
 *
 * @param what names the subject, as in `strategy hostess`
 * @throws when a deviation names a test that is none of this suite
 */
export function contractCases<Subject>(
  what: string,
  checks: readonly Check<Subject>[],
  subject: () => Subject,
  deviations: readonly Deviation[] = [],
): readonly ContractCase[] {
  const reasons = reasonsByTest(what, checks, deviations);
  const firstByCause = new Map<string, string>();
  return checks.map(({ name, run }) => {
    const reason = reasons.get(name);
    const outcome = async (): Promise<void> => run(subject());
    if (reason === undefined) return { name, outcome: async () => toldOnce(name, outcome(), firstByCause) };
    return {
      name: `${name} (deviates: ${reason})`,
      outcome: async () => {
        console.info(`${what} deviates in '${name}': ${reason}`);
        if (await holds(outcome())) throw new Error('this test passes now: remove its deviation');
      },
    };
  });
}

async function toldOnce(name: string, outcome: Promise<void>, firstByCause: Map<string, string>): Promise<void> {
  try {
    await outcome;
  } catch (error) {
    const cause = rootMessage(error);
    const first = firstByCause.get(cause) ?? name;
    firstByCause.set(cause, first);
    if (first === name) throw error;
    throw briefly(`'${first}' fails for the same reason: ${cause}`);
  }
}

function rootMessage(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? rootMessage(error.cause) : messageOf(error);
}

/** An error without a stack, which would show this file and not the author's. */
function briefly(message: string): Error {
  return Object.assign(new Error(message), { stack: message });
}

async function holds(outcome: Promise<void>): Promise<boolean> {
  return outcome.then(
    () => true,
    () => false,
  );
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
