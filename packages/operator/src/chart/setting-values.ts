import { z } from 'zod';
import { settingDefinitions } from '../settings/definitions.ts';
import type { SettingDefinition } from '../settings/setting.ts';
import { asJson, asText, type Expression, isGiven, joined, value } from './expression.ts';
import { type Tree, when } from './tree.ts';

type SettingKey = keyof typeof settingDefinitions;

/** Settings that the chart has other values for, one without effect, and one that could only close the port which is probed. */
const saidElsewhere: ReadonlySet<string> = new Set<SettingKey>([
  'namespace',
  'dockerRegistry',
  'nginxImage',
  'fetcherImage',
  'nodeAgentImage',
  'hostessDockerRegistry',
  'hostessDockerImage',
  'hostessDockerTag',
  'imagePullSecrets',
  'secondsBetweenStreams',
  'healthHost',
]);

/** Settings that an installation by the chart has otherwise than an operator that is told nothing. */
const preset: Readonly<Record<string, unknown>> = {
  healthPort: 8080,
  priorityClass: 'system-cluster-critical',
  nodeAgentPriorityClass: 'system-node-critical',
  nodeAgentTolerations: [{ operator: 'Exists' }],
} satisfies Partial<Record<SettingKey, unknown>>;

/** The settings among the chart's values, by key. */
export const chartSettings: readonly (readonly [key: string, setting: SettingDefinition])[] = Object.entries(
  settingDefinitions,
).filter(([key]) => !saidElsewhere.has(key));

/** What a setting is among the chart's values: there are YAML lists and dictionaries, in the environment only text. */
export interface SettingForm {
  readonly schema: z.ZodType;
  readonly empty: unknown;
  /** The text of the environment variable. */
  readonly text: (given: Expression) => Expression;
  /** The value that says what somebody said by flag or variable: as it was written, and as it was understood. */
  readonly given: (text: string, understood: unknown) => unknown;
}

const asUnderstood = (_text: string, understood: unknown): unknown => understood;
const asWritten = (text: string, understood: unknown): unknown => (typeof understood === 'string' ? understood : text);
const same = (given: Expression): Expression => given;

/** By what stands for the value in the help. */
const forms: Readonly<Record<string, SettingForm>> = {
  '<list>': { empty: [], text: asJson, given: asUnderstood, schema: z.array(z.record(z.string(), z.unknown())) },
  '<dictionary>': { empty: {}, text: asJson, given: asUnderstood, schema: z.record(z.string(), z.unknown()) },
  '<module>': { empty: [], text: joined, given: asUnderstood, schema: z.array(z.string()) },
  '<port>': { empty: '', text: asText, given: asUnderstood, schema: z.int().min(0).max(65_535) },
  // YAML takes on and off for truth values, unless they are quoted or given to Helm as `--set`.
  '<on|off>': {
    empty: '',
    text: asText,
    given: asUnderstood,
    schema: z.literal([true, false, 'on', 'off', ''], 'must be on or off'),
  },
};

/** The form of a setting among the chart's values. */
export function formOf(setting: SettingDefinition): SettingForm {
  return forms[setting.placeholder] ?? { empty: '', text: same, given: asWritten, schema: textSchema(setting) };
}

/** The schema of `settings` in the chart's values; what is left empty is the operator's own default. */
export function settingsSchema(): z.ZodObject {
  const fields = chartSettings.map(([key, setting]) => {
    const { schema, empty } = formOf(setting);
    return [key, schema.default(preset[key] ?? empty).describe(descriptionOf(setting))] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

/** The operator's environment, as far as it comes from `settings`. */
export function settingVariables(): readonly Tree[] {
  return chartSettings.map(([key, setting]) => {
    const given = value(`settings.${key}`);
    const { text } = formOf(setting);
    // False and 0 say something.
    const condition = text === asText ? isGiven(given) : given;
    return when(condition, { name: setting.variable, value: text(given) });
  });
}

/** The schema's own words about the text, and nothing at all beside it. */
function textSchema(setting: SettingDefinition): z.ZodType {
  const { pattern, enum: words } = z.toJSONSchema(setting.schema, { io: 'input' });
  const message = `must be ${setting.wants}`;
  if (words !== undefined) return z.enum(['', ...words.map(String)], message);
  return pattern === undefined ? z.string() : z.string().regex(new RegExp(`^$|${pattern}`), message);
}

/** The variable's own words, but for those on how lists and dictionaries are written as text. */
function descriptionOf({ variable, meaning, fallback, unset }: SettingDefinition): string {
  const otherwise = unset ?? (fallback ? fallback : 'none');
  return `${meaning.replace(/[;:,] JSON or a Python literal.*$/, '.')} Variable ${variable}, default: ${otherwise}.`;
}
