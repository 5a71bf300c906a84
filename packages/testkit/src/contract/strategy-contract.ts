import { configureStrategy, type AddressingStrategy, type KubernetesObject } from '@entrepot/core';
import type { Check } from './check.ts';
import { clusterChecks } from './cluster-checks.ts';
import { contractCases, type Deviation } from './contract-cases.ts';
import { labelChecks } from './label-checks.ts';
import { outlookChecks } from './outlook-checks.ts';
import { registerCases } from './register-cases.ts';
import { ruleChecks } from './rule-checks.ts';
import { strategyChecks } from './strategy-checks.ts';
import type { StrategySubject } from './strategy-subject.ts';
import { textBlockChecks } from './text-block-checks.ts';

export interface StrategyContractOptions {
  /** Operator-wide settings as a user would write them; `{}` unless given. */
  readonly settings?: unknown;
  /** What a mirror says under the strategy's name, as a user would write it; `{}` unless given. */
  readonly options?: unknown;
  /** What must be in the cluster before the planned objects can be, such as CustomResourceDefinitions. */
  readonly prerequisites?: readonly KubernetesObject[];
  readonly deviations?: readonly Deviation[];
}

/** Every rule of the strategy contract. */
export const strategyContractChecks: readonly Check<StrategySubject>[] = [
  ...strategyChecks,
  ...labelChecks,
  ...outlookChecks,
  ...textBlockChecks,
  ...ruleChecks,
  ...clusterChecks,
];

/**
 * Registers, with vitest, the tests that every addressing strategy must pass. A plugin's whole test file may be this call.
 *
 * @param make gives the strategy; called for every test, so that none sees what another left behind
 * @example strategyContract(() => myStrategy, { settings: { namespace: 'default' } });
 */
export function strategyContract<Settings, Options>(
  make: () => AddressingStrategy<Settings, Options>,
  options: StrategyContractOptions = {},
): void {
  const subject = (): StrategySubject => strategySubject(make(), options);
  const what = `strategy ${make().name}`;
  registerCases(what, contractCases(what, strategyContractChecks, subject, options.deviations));
}

/** Parses settings and options as the operator would. @throws when the strategy's own schemas refuse them */
export function strategySubject<Settings, Options>(
  strategy: AddressingStrategy<Settings, Options>,
  { settings = {}, options = {}, prerequisites = [] }: StrategyContractOptions,
): StrategySubject {
  const parsed = strategy.options.safeParse(options);
  if (!parsed.success) {
    throw new Error(
      `the options given to strategyContract() are refused by the strategy itself: ${parsed.error.message}`,
    );
  }
  return { ...configureStrategy(strategy, settings), options: parsed.data, prerequisites };
}
