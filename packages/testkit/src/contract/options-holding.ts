import { z } from 'zod';
import type { StrategySubject } from './strategy-subject.ts';

/**
 * For each option that takes any text, by its name: the subject's options with this text in it, parsed. Options that refuse the
 * text, or whose schema does not say what they take, are left out.
 */
export function optionsHolding({ strategy, options }: StrategySubject, text: string): ReadonlyMap<string, unknown> {
  const schema = z.toJSONSchema(strategy.options, { io: 'input', unrepresentable: 'any' });
  const others = typeof options === 'object' ? options : {};
  return new Map(
    Object.keys(schema.properties ?? {}).flatMap((name) => {
      const parsed = strategy.options.safeParse({ ...others, [name]: text });
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}
