import { z } from 'zod';

/** Parses a value; where the schema has no words of its own for what is wrong, users get these instead of zod's. */
export function parseSpoken<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  return schema.safeParse(value, { error: spokenIssue });
}

/** What is wrong, to be read after the field's name; undefined leaves it to zod. For `error` of a zod parse. */
export function spokenIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is required' : `must be ${wanted(issue)}, got ${nameOf(issue.input)}`;
  }
  if (issue.code === 'too_big') return `must ${limited(issue.origin, 'at most', issue.maximum)}`;
  if (issue.code === 'too_small') {
    const isEmpty = issue.origin === 'string' && issue.minimum === 1;
    return isEmpty ? 'must not be empty' : `must ${limited(issue.origin, 'at least', issue.minimum)}`;
  }
  if (issue.code === 'unrecognized_keys') return `has unknown fields: ${issue.keys.join(', ')}`;
  if (issue.code !== 'invalid_value') return undefined;
  const values = issue.values.map(String).join(', ');
  return issue.values.length > 1 ? `must be one of ${values}` : `must be ${values}`;
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

function limited(origin: string, bound: string, limit: number | bigint): string {
  const unit = units[origin];
  if (unit === undefined) return `be ${bound} ${limit}`;
  const [one, more] = unit;
  return `have ${bound} ${limit} ${Number(limit) === 1 ? one : more}`;
}
