import { describe, expect, test, vi } from 'vitest';
import { contractCases } from '../../src/contract/contract-cases.ts';
import { strategyContractChecks, strategySubject } from '../../src/contract/strategy-contract.ts';
import { planning } from './sound-strategy.ts';

const checks = [
  { name: 'is even', run: (n: number) => expect(n % 2).toBe(0) },
  { name: 'is small', run: (n: number) => expect(n).toBeLessThan(10) },
];

describe('a deviation', () => {
  test('is printed, and its test passes while the rule is broken', async () => {
    const print = vi.spyOn(console, 'info').mockReturnValue();
    const cases = contractCases('number 7', checks, () => 7, [{ reason: 'it is odd', tests: ['is even'] }]);
    expect(cases.map(({ name }) => name)).toEqual(['is even (deviates: it is odd)', 'is small']);
    await Promise.all(cases.map(({ outcome }) => outcome()));
    expect(print.mock.calls).toEqual([["number 7 deviates in 'is even': it is odd"]]);
    print.mockRestore();
  });

  test('that is no longer needed fails', async () => {
    const [first] = contractCases('number 8', checks, () => 8, [{ reason: 'it was odd', tests: ['is even'] }]);
    await expect(first?.outcome()).rejects.toThrow('this test passes now: remove its deviation');
  });

  test('from a test that does not exist is an error that lists those that do', () => {
    expect(() => contractCases('number 7', checks, () => 7, [{ reason: 'x', tests: ['is evn'] }])).toThrow(
      "number 7: a deviation names 'is evn', but the tests are:\n- is even\n- is small",
    );
  });
});

test('without a deviation a broken rule fails its test', async () => {
  const [first] = contractCases('number 7', checks, () => 7);
  await expect(first?.outcome()).rejects.toThrow('expected 1 to be +0');
});

describe('checks that fail for one cause', () => {
  const saying = (name: string, message: string, cause?: unknown) => ({
    name,
    run: () => Promise.reject(new Error(message, { cause })),
  });
  const failures = async (
    checks: Parameters<typeof contractCases>[1],
    deviations: Parameters<typeof contractCases>[3],
  ) => {
    const found: string[] = [];
    for (const { name, outcome } of contractCases('it', checks, () => undefined, deviations)) {
      await outcome().catch((error: Error) => found.push(`${name}: ${error.message}`));
    }
    return found;
  };

  test('are one failure that says everything, and short ones that name it', async () => {
    const cause = new Error('no port');
    const checks = [saying('a', 'A', cause), saying('b', 'other'), saying('c', 'C', cause), saying('d', 'other')];
    expect(await failures(checks, [])).toEqual([
      'a: A',
      'b: other',
      "c: 'a' fails for the same reason: no port",
      "d: 'b' fails for the same reason: other",
    ]);
  });

  test('fail on their own where the first of them deviates', async () => {
    const deviations = [{ reason: 'it is odd', tests: ['a'] }];
    const print = vi.spyOn(console, 'info').mockReturnValue();
    expect(await failures([saying('a', 'same'), saying('b', 'same')], deviations)).toEqual(['b: same']);
    print.mockRestore();
  });

  test('say the same to whoever asks one of them twice', async () => {
    const [first] = contractCases('it', [saying('a', 'A')], () => undefined);
    await expect(first?.outcome()).rejects.toThrow('A');
    await expect(first?.outcome()).rejects.toThrow(/^A$/);
  });

  test('so a plan() that always throws is one whole message', async () => {
    const strategy = planning(() => {
      throw new Error('not written yet');
    });
    const checks = strategyContractChecks.filter(({ name }) => !name.includes('real API server'));
    const subject = () => strategySubject(strategy, {});
    const found: string[] = [];
    for (const { name, outcome } of contractCases('it', checks, subject)) {
      await outcome().catch((error: Error) => found.push(`${name}: ${error.message}`));
    }
    const [first, ...rest] = found;
    expect(first).toBe(
      "plans without throwing, and leaves its input as it was: plan() throws 'not written yet' for mirrors docker, internal, port, quay, six; give such a mirror a contribution that says waitFor or unsupported, and the others their plan",
    );
    expect(rest.length).toBeGreaterThan(15);
    for (const message of rest) {
      expect(message).toMatch(
        /: 'plans without throwing, and leaves its input as it was' fails for the same reason: not written yet$/,
      );
    }
  });
});
