import { describe, expect, test } from 'vitest';
import type { ContractCase } from './contract-cases.ts';

/** Long enough to start an API server on a busy machine. */
const timeoutMs = 120_000;

/** Registers the cases with vitest. */
export function registerCases(what: string, cases: readonly ContractCase[]): void {
  describe(`the contract of ${what}`, () => {
    test.each(cases)('$name', { timeout: timeoutMs }, async ({ outcome }) => {
      await expect(outcome()).resolves.toBeUndefined();
    });
  });
}
