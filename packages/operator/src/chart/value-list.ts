import { z } from 'zod';
import { valuesSchema } from './values-schema.ts';

/** One value of the chart, or a dictionary of them. */
export interface DescribedValue {
  /** `image.tag` */
  readonly path: string;
  readonly description: string;
  /** What holds where nothing is said; undefined for a dictionary, whose own values say it. */
  readonly fallback?: unknown;
}

const described = z.looseObject({
  description: z.string().default(''),
  default: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** The schema of the values, as Helm checks them. */
export function valuesJsonSchema(): object {
  return z.toJSONSchema(valuesSchema, { target: 'draft-7', io: 'input' });
}

/** All values in their order, each dictionary before what is in it. */
export function valueList(): readonly DescribedValue[] {
  return within('', valuesJsonSchema()).slice(1);
}

function within(path: string, schema: unknown): readonly DescribedValue[] {
  const { description, default: fallback, properties } = described.parse(schema);
  if (properties === undefined) return [{ path, description, fallback }];
  const inner = Object.entries(properties).flatMap(([name, one]) =>
    within(path === '' ? name : `${path}.${name}`, one),
  );
  return [{ path, description }, ...inner];
}
