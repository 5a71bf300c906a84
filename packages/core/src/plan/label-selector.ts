import { z } from 'zod';

const requirement = z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) });
const selectorShape = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z.array(requirement).default([]),
});

/** Whether a selector, as objects of the API have it, selects what has these labels. One without any requirement selects all. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const parsed = selectorShape.safeParse(selector).data;
  if (parsed === undefined) return false;
  const { matchLabels, matchExpressions } = parsed;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => isMet(expression, labels[expression.key]))
  );
}

function isMet({ operator, values }: z.infer<typeof requirement>, value: string | undefined): boolean {
  const isAmong = value !== undefined && values.includes(value);
  if (operator === 'In') return isAmong;
  if (operator === 'NotIn') return !isAmong;
  return (operator === 'Exists') === (value !== undefined);
}
