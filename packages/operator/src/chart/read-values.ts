import { spokenIssue } from '@entrepot/core';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../cli/exit.ts';
import { type Values, valuesSchema } from './values-schema.ts';

/** Values as somebody wrote them: some of all, not checked. */
export type SomeValues = Readonly<Record<string, unknown>>;

/** Reads a file of values. @throws UsageError that names the file and the place */
export function readValues(text: string, file: string): SomeValues {
  try {
    const found: unknown = parse(text) ?? {};
    if (isDictionary(found)) return found;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UsageError(`${file}: ${error.message}`, { cause: error });
  }
  throw new UsageError(`${file}: this is no dictionary of values`);
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

/** Checks values and lays them over the defaults. @throws UsageError that names every field that is wrong */
export function completeValues(given: SomeValues): Values {
  const parsed = valuesSchema.safeParse(overlaid(defaults, given), { error: spokenIssue, reportInput: true });
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map(
    (issue) => `  ${['values', ...issue.path].join('.')}: ${sentenceOf(issue)}`,
  );
  throw new UsageError(['the values are wrong:', ...sentences].join('\n'));
}

/** What was given is named where it is one of the few things that values of a form are. */
function sentenceOf({ code, message, input }: z.core.$ZodIssue): string {
  const isNamed = code !== 'invalid_type' && (typeof input === 'string' || typeof input === 'number');
  return isNamed ? `${message}, got ${JSON.stringify(input)}` : message;
}

function isDictionary(found: unknown): found is SomeValues {
  return typeof found === 'object' && found !== null && !Array.isArray(found);
}
