import { z } from 'zod';
import { quantityPattern } from './quantity.ts';

/** A node of a CustomResourceDefinition's schema. */
export type StructuralSchema = { readonly [keyword: string]: unknown };

/** Rules in CEL, in the words of Kubernetes. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** Attaches CEL rules to a zod schema. */
export function withRules(...rules: readonly ValidationRule[]): Record<string, unknown> {
  return { 'x-kubernetes-validations': rules };
}

/**
 * A text that matches a pattern, checked here and by the API server. The server is given a rule, not a `pattern`:
 * its message then says what is wanted instead of showing the expression.
 *
 * @param whenMissing said here when there is no text at all
 */
export function matching(pattern: string, maxLength: number, message: string, whenMissing?: string): z.ZodString {
  return z
    .string({ error: ({ input }) => (input === undefined ? whenMissing : undefined) })
    .max(maxLength)
    .refine((text) => new RegExp(pattern).test(text), message)
    .meta(withRules({ rule: `self.matches(r'${pattern}')`, message }));
}

/** A size above zero: a number of bytes, or a text like `20Gi`. */
export function quantity(description: string): z.ZodType<string | number> {
  return z
    .union([z.string(), z.int()], 'must be a size, for example 20Gi')
    .refine((value) => new RegExp(quantityPattern).test(String(value)), 'must be a size, for example 20Gi')
    .meta({ description, 'x-kubernetes-int-or-string': true });
}

/** The structural OpenAPI schema of a zod schema; loose objects keep unknown fields. */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const { $schema: _dialect, ...root } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      const node: Record<string, unknown> = jsonSchema;
      if (node['x-kubernetes-int-or-string'] === true) {
        delete node['anyOf'];
        node['pattern'] = quantityPattern;
        node['minimum'] = 1;
      }
      if (node['type'] === 'object' && node['additionalProperties'] !== undefined) {
        delete node['additionalProperties'];
        node['x-kubernetes-preserve-unknown-fields'] = true;
      }
    },
  });
  return root;
}
