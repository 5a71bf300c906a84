import { TerminalError } from '@entrepot/kube';
import { z } from 'zod';
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
 */
export function defineStrategy<Settings, Options>(
  definition: StrategyDefinition<Settings, Options>,
): AddressingStrategy<Settings, Options> {
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
  const parsed = strategy.settings.safeParse(raw);
  if (!parsed.success) {
    throw new TerminalError('InvalidSettings', `settings of strategy ${strategy.name}: ${sentenceOf(parsed.error)}`);
  }
  return { strategy, settings: parsed.data };
}

const isFunction = z.custom<unknown>((value) => typeof value === 'function', 'must be a function');
const strategyShape = z.object({
  name: z.string().min(1),
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
  assertContract(candidate, strategyContractVersion, `${origin} as a strategy`);
  const checked = strategyShape.safeParse(candidate);
  if (!checked.success) {
    throw new TerminalError('UnsupportedContract', `${origin} is not a strategy: ${sentenceOf(checked.error)}`);
  }
  // The shape was checked above; what its functions take and return cannot be seen from outside.
  return candidate as AddressingStrategy;
}

/** Refuses what was made for another version of a contract, saying which one it was made for and which one is spoken here. */
export function assertContract(candidate: unknown, version: number, what: string): void {
  const made =
    typeof candidate === 'object' && candidate !== null && 'contractVersion' in candidate
      ? candidate.contractVersion
      : undefined;
  if (made !== version) {
    const message = `cannot use ${what}: it is made for contract version ${String(made)}, this program speaks version ${version}`;
    throw new TerminalError('UnsupportedContract', message);
  }
}

/** The issues of a zod error in one line: `field.path: what is wrong; …`. */
export function sentenceOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${pathText(path)}: ${message}`))
    .join('; ');
}

/** A path as Kubernetes writes it: `addressing[0].type`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
