import { spokenIssue } from '@entrepot/core';
import { parse, YAMLParseError } from 'yaml';
import { FailedError } from '../cli/exit.ts';
import { type Values, valuesSchema } from './values-schema.ts';

/** Values as somebody wrote them: some of all, not checked. */
export type SomeValues = Readonly<Record<string, unknown>>;

/** Reads a file of values. @throws FailedError that names the file and the place */
export function readValues(text: string, file: string): SomeValues {
  try {
    const found: unknown = parse(text) ?? {};
    if (isDictionary(found)) return found;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new FailedError(`${file}: ${error.message}`, { cause: error });
  }
  throw new FailedError(`${file}: this is no dictionary of values`);
}

/** Values over values, as Helm lays its files over each other: dictionaries are merged, all else is replaced. */
export function overlaid(...layers: readonly SomeValues[]): SomeValues {
  return layers.reduce((below, above) => {
    const entries = Object.entries(above).map(([name, found]) => {
      const under = below[name];
      return [name, isDictionary(found) && isDictionary(under) ? overlaid(under, found) : found] as const;
    });
    return { ...below, ...Object.fromEntries(entries) };
  }, {});
}

const defaults = valuesSchema.parse({});

/** Checks values and lays them over the defaults. @throws FailedError that names every field that is wrong */
export function completeValues(given: SomeValues): Values {
  const parsed = valuesSchema.safeParse(overlaid(defaults, given), { error: spokenIssue });
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map(({ path, message }) => `  ${['values', ...path].join('.')}: ${message}`);
  throw new FailedError(['the values are wrong:', ...sentences].join('\n'));
}

function isDictionary(found: unknown): found is SomeValues {
  return typeof found === 'object' && found !== null && !Array.isArray(found);
}
