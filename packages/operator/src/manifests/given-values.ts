import { z } from 'zod';
import { imageParts } from '../chart/image.ts';
import type { SomeValues } from '../chart/read-values.ts';
import { resolve } from '../chart/resolve.ts';
import { chartSettings, formOf, settingVariables } from '../chart/setting-values.ts';
import type { Values } from '../chart/values-schema.ts';
import { builtInStrategies, type Configuration } from '../configuration.ts';
import { mirrorSettings } from '../mirror-settings.ts';
import type { GivenSetting, GivenSettings } from '../settings/given-settings.ts';
import { version } from '../version.ts';
import { policyRule } from './accounts.ts';

/** Settings that an image comes from. */
const imageSources = {
  nginx: ['DOCKER_REGISTRY', 'NGINX_IMAGE'],
  fetcher: ['FETCHER_IMAGE'],
  nodeAgent: ['NODE_AGENT_IMAGE', 'HOSTESS_DOCKER_REGISTRY', 'HOSTESS_DOCKER_IMAGE', 'HOSTESS_DOCKER_TAG'],
} as const;

/** The values that say what flags and environment say, and what the loaded strategies need. */
export function givenValues(given: GivenSettings, { settings, strategies }: Configuration): SomeValues {
  const all: SomeValues = { ...settings };
  const chosen = chartSettings.flatMap(([key, setting]) => {
    const text = given.get(setting.variable)?.text;
    return text === undefined ? [] : [[key, formOf(setting).given(text, all[key])] as const];
  });
  const { images } = mirrorSettings(settings);
  const named = (['nginx', 'fetcher', 'nodeAgent'] as const).filter((name) =>
    imageSources[name].some((variable) => given.has(variable)),
  );
  const ofOthers = strategies.filter(({ strategy }) => !builtInStrategies.some(({ name }) => name === strategy.name));
  return {
    settings: Object.fromEntries(chosen),
    images: Object.fromEntries(named.map((name) => [name, imageParts(images[name])])),
    ...(given.has('IMAGE_PULL_SECRETS') && { imagePullSecrets: settings.imagePullSecrets }),
    ...(ofOthers.length > 0 && { strategyRules: ofOthers.flatMap(strategyRules) }),
  };
}

function strategyRules({ strategy, settings }: Configuration['strategies'][number]): readonly SomeValues[] {
  const byNamespace = [...Map.groupBy(strategy.rules(settings), ({ namespace = '' }) => namespace)];
  return byNamespace.map(([namespace, rules]) => ({
    name: namespace === '' ? strategy.name : `${strategy.name}-${namespace}`,
    namespace,
    rules: rules.map(policyRule),
  }));
}

const variable = z.object({ name: z.string(), value: z.string() });

/** What values say of the settings that decide which strategies there are and what they need. */
export function settingsGivenBy(values: Values): GivenSettings {
  const scope = { values, namespace: '', appVersion: version };
  const found = settingVariables()
    .flatMap((tree) => resolve(tree, scope))
    .map((one) => variable.parse(one));
  return new Map(found.map(({ name, value: text }): [string, GivenSetting] => [name, { text, source: name }]));
}
