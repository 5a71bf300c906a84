import { z } from 'zod';

/** Parses a value; where the schema has no words of its own for what is wrong, users get these instead of zod's. */
export function parseSpoken<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  return schema.safeParse(value, { error: spokenIssue });
}

/** What is wrong, to be read after the field's name; undefined leaves it to zod. For `error` of a zod parse. */
export function spokenIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${wanted(issue)}, got ${nameOf(issue.input)}`;
    case 'too_big':
      return `must ${issue.origin in units ? 'have' : 'be'} at most ${amount(issue.origin, issue.maximum)}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must ${issue.origin in units ? 'have' : 'be'} at least ${amount(issue.origin, issue.minimum)}`;
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    default:
      return undefined;
  }
}

const names: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

/** Whole numbers are numbers of which more is asked. */
function wanted({ expected, format }: { readonly expected: string; readonly format?: unknown }): string {
  const name = typeof format === 'string' && format.includes('int') ? 'int' : expected;
  return names[name] ?? name;
}

/** Never the value itself: it may be a secret in the wrong place. */
function nameOf(value: unknown): string {
  if (value === null) return 'nothing';
  const type = Array.isArray(value) ? 'array' : typeof value;
  return names[type] ?? type;
}

function amount(origin: string, limit: number | bigint): string {
  const [one = '', more = ''] = units[origin] ?? [];
  return `${limit} ${Number(limit) === 1 ? one : more}`.trimEnd();
}
