import {
  asStrategy,
  asTemplate,
  configureStrategy,
  type AddressingStrategy,
  type ConfigTemplate,
  type ConfiguredStrategy,
} from '@entrepot/core';
import { nginxTemplate } from '@entrepot/nginx-templates';
import { hostess } from '@entrepot/strategy-hostess';
import { imageswap } from '@entrepot/strategy-imageswap';
import { loadExtensions } from './extensions.ts';
import { messageOf } from './message-of.ts';
import { Complaints } from './settings/complaints.ts';
import { settingDefinitions, type Settings } from './settings/definitions.ts';
import type { GivenSettings } from './settings/given-settings.ts';
import { readSettings } from './settings/read-settings.ts';

/** Everything that is decided before a cluster is looked at. */
export interface Configuration {
  readonly settings: Settings;
  readonly strategies: readonly ConfiguredStrategy[];
  readonly templates: readonly ConfigTemplate[];
}

/** The strategies that need not be named. */
export const builtInStrategies: readonly AddressingStrategy[] = [hostess, imageswap];

/**
 * Reads the settings and loads the strategies and templates they name.
 *
 * @param folder what relative paths of modules are relative to
 * @throws SettingsError that lists everything that is wrong
 */
export async function readConfiguration(given: GivenSettings, folder: string): Promise<Configuration> {
  const complaints = new Complaints(given);
  const settings = readSettings(given, complaints);
  const loading = { folder, complaints };
  const strategies = [
    ...builtInStrategies,
    ...(await loadExtensions('STRATEGIES', settings.strategies, asStrategy, loading)),
  ];
  const templates = [nginxTemplate, ...(await loadExtensions('TEMPLATES', settings.templates, asTemplate, loading))];
  checkNames(settings, strategies, complaints);
  const configured = strategies.flatMap((strategy) => configure(strategy, settings, complaints));
  complaints.throwIfAny();
  return { settings, strategies: configured, templates };
}

/** Settings may only name strategies that are there. */
function checkNames(settings: Settings, strategies: readonly AddressingStrategy[], complaints: Complaints): void {
  const names = strategies.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  const known = `known are ${names.join(', ')}`;
  const { addressingScheme, strategySettings } = settings;
  if (!names.includes(addressingScheme)) {
    complaints.add('ADDRESSING_SCHEME', addressingScheme, settingDefinitions.addressingScheme.wants, known);
  }
  for (const name of Object.keys(strategySettings).filter((name) => !names.includes(name))) {
    complaints.add('STRATEGY_SETTINGS', name, 'names of strategies', known);
  }
}

/** The strategy with its settings parsed; none, and a complaint, when they are wrong. */
function configure(
  strategy: AddressingStrategy,
  settings: Settings,
  complaints: Complaints,
): readonly ConfiguredStrategy[] {
  const raw = { ...ownSettings(settings)[strategy.name], ...settings.strategySettings[strategy.name] };
  try {
    return [configureStrategy(strategy, raw)];
  } catch (error) {
    complaints.add('STRATEGY_SETTINGS', JSON.stringify(raw), 'right settings', messageOf(error));
    return [];
  }
}

/** The settings of the built-in strategies, by name. */
function ownSettings(settings: Settings): Readonly<Record<string, object | undefined>> {
  const { namespace, imageswapNamespace, imageswapMapSeparator } = settings;
  return { imageswap: { namespace: imageswapNamespace ?? namespace, separator: imageswapMapSeparator } };
}
