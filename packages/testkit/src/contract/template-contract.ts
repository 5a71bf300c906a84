import type { ConfigTemplate } from '@entrepot/core';
import { contractCases, type Deviation } from './contract-cases.ts';
import { registerCases } from './register-cases.ts';
import { templateContractChecks, type TemplateSubject } from './template-checks.ts';

export interface TemplateContractOptions {
  /** What spec.templateOptions holds, as a user would write it; `{}` unless given. */
  readonly options?: unknown;
  readonly deviations?: readonly Deviation[];
}

/**
 * Registers, with vitest, the tests that every configuration template must pass. Needs an nginx on the machine.
 *
 * @param make gives the template; called for every test
 * @example templateContract(() => myTemplate);
 */
export function templateContract<Options>(
  make: () => ConfigTemplate<Options>,
  options: TemplateContractOptions = {},
): void {
  const subject = (): TemplateSubject => templateSubject(make(), options);
  const what = `template ${make().name}`;
  registerCases(what, contractCases(what, templateContractChecks, subject, options.deviations));
}

/** Parses the options as the operator would. @throws when the template's own schema refuses them */
export function templateSubject<Options>(
  template: ConfigTemplate<Options>,
  { options = {} }: TemplateContractOptions,
): TemplateSubject {
  const parsed = template.options.safeParse(options);
  if (!parsed.success) {
    throw new Error(
      `the options given to templateContract() are refused by the template itself: ${parsed.error.message}`,
    );
  }
  return { template, options: parsed.data };
}
