import { type Problem, problemsOf } from '../api/problem.ts';
import type { MirrorSpec } from '../api/normalise.ts';
import { parseSpoken } from '../api/spoken.ts';
import type { ConfigTemplate } from '../template/contract.ts';
import type { Catalog } from './catalog.ts';
import type { ConfiguredStrategy } from './define.ts';

/** A strategy a mirror uses, with its parsed options. */
export interface ChosenStrategy {
  readonly configured: ConfiguredStrategy;
  readonly options: unknown;
}

/** What a mirror's spec chooses from the catalog. */
export interface Choice {
  readonly strategies: readonly ChosenStrategy[];
  readonly template: { readonly template: ConfigTemplate; readonly options: unknown };
}

/** Looks up strategies and template of a mirror and parses their options, or says what is wrong with them. */
export function choose(
  spec: MirrorSpec,
  catalog: Catalog,
): { readonly choice: Choice } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const strategies = chosenStrategies(spec, catalog, problems);
  const template = chosenTemplate(spec, catalog, problems);
  return template === undefined || problems.length > 0 ? { problems } : { choice: { strategies, template } };
}

function chosenStrategies(spec: MirrorSpec, catalog: Catalog, problems: Problem[]): readonly ChosenStrategy[] {
  const entries = spec.addressing ?? [{ type: catalog.defaultAddressing }];
  const seen = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const field = `spec.addressing[${index}]`;
    const configured = catalog.strategy(entry.type);
    if (configured === undefined) {
      const known = catalog.strategyNames.join(', ');
      problems.push({ field: `${field}.type`, message: `unknown strategy ${entry.type}, known are ${known}` });
      return [];
    }
    const { name, options } = configured.strategy;
    const before = seen.get(name);
    if (before !== undefined) {
      problems.push({ field: `${field}.type`, message: `is the same strategy as spec.addressing[${before}].type` });
    }
    seen.set(name, index);
    const key = entry[entry.type] === undefined ? name : entry.type;
    const parsed = parseSpoken(options, entry[key] ?? {});
    if (parsed.success) return [{ configured, options: parsed.data }];
    problems.push(...problemsOf(parsed.error, ['spec', 'addressing', index, key]));
    return [];
  });
}

function chosenTemplate(spec: MirrorSpec, catalog: Catalog, problems: Problem[]): Choice['template'] | undefined {
  const name = spec.template ?? catalog.defaultTemplate;
  const template = catalog.template(name);
  if (template === undefined) {
    const message = `unknown template ${name}, known are ${catalog.templateNames.join(', ')}`;
    problems.push({ field: 'spec.template', message });
    return undefined;
  }
  const parsed = parseSpoken(template.options, spec.templateOptions);
  if (parsed.success) return { template, options: parsed.data };
  problems.push(...problemsOf(parsed.error, ['spec', 'templateOptions']));
  return undefined;
}
