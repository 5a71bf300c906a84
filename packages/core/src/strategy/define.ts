import { TerminalError } from '@entrepot/kube';
import { z } from 'zod';
import { sentenceOf } from '../api/problem.ts';
import { parseSpoken } from '../api/spoken.ts';
import { type AddressingStrategy, strategyContractVersion } from './contract.ts';

/** A strategy with its operator-wide settings parsed. */
export interface ConfiguredStrategy {
  readonly strategy: AddressingStrategy;
  readonly settings: unknown;
}

/** What an author writes; the contract's version is filled in. */
export type StrategyDefinition<Settings, Options> = Omit<AddressingStrategy<Settings, Options>, 'contractVersion'> & {
  readonly contractVersion?: typeof strategyContractVersion;
};

/**
 * Gives a strategy's literal its types and the version of the contract it was written for.
 *
 * @example export default defineStrategy({ name: 'hostess', settings: z.object({}), … });
 * @throws TerminalError `UnsupportedContract`, when its name cannot be used
 */
export function defineStrategy<Settings, Options>(
  definition: StrategyDefinition<Settings, Options>,
): AddressingStrategy<Settings, Options> {
  const wrong = parseSpoken(strategyShape.pick({ name: true, aliases: true }), definition).error;
  if (wrong !== undefined) {
    throw new TerminalError('UnsupportedContract', `strategy ${definition.name}: ${sentenceOf(wrong)}`);
  }
  return { ...definition, contractVersion: strategyContractVersion };
}

/**
 * Parses a strategy's operator-wide settings, once at start.
 *
 * @throws TerminalError `InvalidSettings`, naming the strategy and each wrong field
 */
export function configureStrategy<Settings, Options>(
  strategy: AddressingStrategy<Settings, Options>,
  raw: unknown = {},
): ConfiguredStrategy {
  const parsed = parseSpoken(strategy.settings, raw);
  if (!parsed.success) {
    throw new TerminalError('InvalidSettings', `settings of strategy ${strategy.name}: ${sentenceOf(parsed.error)}`);
  }
  return { strategy, settings: parsed.data };
}

const isFunction = z.custom<unknown>((value) => typeof value === 'function', 'must be a function');
/** Labels hold it, and users write it as a type. */
const strategyName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends',
  );
const strategyShape = z.object({
  name: strategyName,
  aliases: z.array(strategyName).optional(),
  contractVersion: z.literal(strategyContractVersion),
  settings: z.looseObject({ safeParse: isFunction }),
  options: z.looseObject({ safeParse: isFunction }),
  manages: z.array(z.object({ group: z.string(), version: z.string(), kind: z.string() })),
  rules: isFunction,
  plan: isFunction,
  guarantees: isFunction,
});

/**
 * Takes what a loaded module exports for a strategy, or says why it is none.
 *
 * @param origin where it came from, for the message
 * @throws TerminalError `UnsupportedContract`, when it was made for another version of the contract or lacks a member
 */
export function asStrategy(candidate: unknown, origin: string): AddressingStrategy {
  assertContract(candidate, strategyContractVersion, origin, 'strategy');
  if (isStrategy(candidate)) return candidate;
  const wrong = parseSpoken(strategyShape, candidate).error;
  throw new TerminalError('UnsupportedContract', `${origin} is not a strategy: ${wrong ? sentenceOf(wrong) : ''}`);
}

// What its functions take and return cannot be seen from outside.
function isStrategy(candidate: unknown): candidate is AddressingStrategy {
  return strategyShape.safeParse(candidate).success;
}

/** Refuses what keeps no contract, or another version of it, saying which one it was made for and which one is spoken here. */
export function assertContract(
  candidate: unknown,
  version: number,
  origin: string,
  what: 'strategy' | 'template',
): void {
  const made =
    typeof candidate === 'object' && candidate !== null && 'contractVersion' in candidate
      ? candidate.contractVersion
      : undefined;
  if (made === version) return;
  const found =
    made === undefined
      ? `the module's default export is no ${what}, it has no contractVersion`
      : `it is made for contract version ${JSON.stringify(made)}, this program speaks version ${version}`;
  throw new TerminalError('UnsupportedContract', `cannot use ${origin} as a ${what}: ${found}`);
}
