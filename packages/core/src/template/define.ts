import { TerminalError } from '@entrepot/kube';
import { z } from 'zod';
import { sentenceOf } from '../api/problem.ts';
import { parseSpoken } from '../api/spoken.ts';
import { assertContract } from '../strategy/define.ts';
import { type ConfigTemplate, templateContractVersion } from './contract.ts';

/** What an author writes; the contract's version is filled in. */
export type TemplateDefinition<Options> = Omit<ConfigTemplate<Options>, 'contractVersion'> & {
  readonly contractVersion?: typeof templateContractVersion;
};

/**
 * Gives a template's literal its types and the version of the contract it was written for.
 *
 * @example export default defineTemplate({ name: 'nginx', options: z.object({}), render: (input) => ({ files: { … } }) });
 */
export function defineTemplate<Options>(definition: TemplateDefinition<Options>): ConfigTemplate<Options> {
  return { ...definition, contractVersion: templateContractVersion };
}

const isFunction = z.custom<unknown>((value) => typeof value === 'function', 'must be a function');
const templateShape = z.object({
  name: z.string().min(1),
  options: z.looseObject({ safeParse: isFunction }),
  render: isFunction,
});

/**
 * Takes what a loaded module exports for a template, or says why it is none.
 *
 * @throws TerminalError `UnsupportedContract`, when it was made for another version of the contract or lacks a member
 */
export function asTemplate(candidate: unknown, origin: string): ConfigTemplate {
  assertContract(candidate, templateContractVersion, origin, 'template');
  if (isTemplate(candidate)) return candidate;
  const wrong = parseSpoken(templateShape, candidate).error;
  throw new TerminalError('UnsupportedContract', `${origin} is not a template: ${wrong ? sentenceOf(wrong) : ''}`);
}

// What `render` takes and returns cannot be seen from outside.
function isTemplate(candidate: unknown): candidate is ConfigTemplate {
  return templateShape.safeParse(candidate).success;
}
