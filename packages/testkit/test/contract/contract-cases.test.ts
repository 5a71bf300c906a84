import { describe, expect, test, vi } from 'vitest';
import { contractCases } from '../../src/contract/contract-cases.ts';

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
