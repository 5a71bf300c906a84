import { TerminalError } from '@entrepot/kube';
import type { ConfigTemplate } from '../template/contract.ts';
import type { ConfiguredStrategy } from './define.ts';

/** The strategies and templates of this operator, by every name users may write. */
export interface Catalog {
  readonly strategies: readonly ConfiguredStrategy[];
  readonly defaultAddressing: string;
  readonly defaultTemplate: string;
  /** By name or alias. */
  strategy(name: string): ConfiguredStrategy | undefined;
  template(name: string): ConfigTemplate | undefined;
  readonly strategyNames: readonly string[];
  readonly templateNames: readonly string[];
}

export interface CatalogInput {
  readonly strategies: readonly ConfiguredStrategy[];
  readonly templates: readonly ConfigTemplate[];
  readonly defaultAddressing: string;
}

/**
 * Makes the catalog.
 *
 * @throws TerminalError `InvalidSettings`: a name is taken twice, there is no template, or no strategy has the default's name
 */
export function createCatalog({ strategies, templates, defaultAddressing }: CatalogInput): Catalog {
  const strategyByName = byNames(
    strategies,
    ({ strategy }) => [strategy.name, ...(strategy.aliases ?? [])],
    'strategy',
  );
  const templateByName = byNames(templates, ({ name }) => [name], 'template');
  const defaultTemplate = templateByName.has('nginx') ? 'nginx' : templates[0]?.name;
  if (defaultTemplate === undefined) throw new TerminalError('InvalidSettings', 'no template is given');
  if (!strategyByName.has(defaultAddressing)) {
    const known = [...strategyByName.keys()].join(', ');
    throw new TerminalError('InvalidSettings', `unknown default addressing ${defaultAddressing}, known are ${known}`);
  }
  return {
    strategies,
    defaultAddressing,
    defaultTemplate,
    strategy: (name) => strategyByName.get(name),
    template: (name) => templateByName.get(name),
    strategyNames: [...strategyByName.keys()],
    templateNames: [...templateByName.keys()],
  };
}

function byNames<T>(
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
  what: string,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const item of items) {
    for (const name of namesOf(item)) {
      if (found.has(name)) throw new TerminalError('InvalidSettings', `two ${what} plugins are called ${name}`);
      found.set(name, item);
    }
  }
  return found;
}
