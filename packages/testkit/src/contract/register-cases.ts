import { describe, test } from 'vitest';
import type { ContractCase } from './contract-cases.ts';

/** Long enough to start an API server on a busy machine. */
const timeoutMs = 120_000;

/** Registers the cases with vitest. */
export function registerCases(what: string, cases: readonly ContractCase[]): void {
  describe(`the contract of ${what}`, () => {
    for (const { name, outcome } of cases) {
      // One by one, as vitest cuts the titles of test.each after 40 characters. What a check throws is for the author to read as it is.
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title
      test(name, { timeout: timeoutMs }, outcome);
    }
  });
}
