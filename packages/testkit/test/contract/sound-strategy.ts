import {
  ConfigMap,
  defineStrategy,
  type AddressingStrategy,
  type Contribution,
  type KubernetesObject,
  type NamespacedRule,
  type StrategyPlan,
} from '@entrepot/core';
import { z } from 'zod';
import { strategyContractChecks, strategySubject } from '../../src/contract/strategy-contract.ts';

/** A ConfigMap of its own for each mirror, and a line for each in a text of others: everything the contract allows. */
export const sound = defineStrategy({
  name: 'sound',
  settings: z.strictObject({ greeting: z.string().default('hello') }),
  options: z.strictObject({}),
  manages: [ConfigMap],
  rules: () => [],
  plan(mirrors, { greeting }, { namespace }) {
    const names = mirrors.map(({ mirror }) => mirror.name).sort();
    const content = names.map((name) => `${greeting} ${name}\n`).join('');
    return {
      perMirror: new Map(names.map((name) => [name, { objects: [configMap(namespace, `sound-${name}`)] }])),
      fleet: { textBlocks: [{ configMap: { namespace, name: 'greetings' }, key: 'text', marker: 'sound', content }] },
    };
  },
  guarantees: () => ({ mirrorDown: 'upstream is used', pullSecrets: 'kept' }),
});

export type Plan = (typeof sound)['plan'];
export type Strategy = typeof sound;

export function configMap(namespace: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: { key: 'value' } };
}

/** The sound strategy with something else in its plan. */
export function planning(change: (plan: StrategyPlan, ...input: Parameters<Plan>) => StrategyPlan): Strategy {
  return { ...sound, plan: (...input) => change(sound.plan(...input), ...input) };
}

/** The sound strategy with another object for the mirror `docker`. */
export function withObject(object: (namespace: string) => KubernetesObject): Strategy {
  return planning(({ perMirror, ...rest }, _mirrors, _settings, { namespace }) => ({
    ...rest,
    perMirror: new Map(
      [...perMirror].map(([name, part]) => [name, name === 'docker' ? { objects: [object(namespace)] } : part]),
    ),
  }));
}

/** The sound strategy with this for every mirror. */
export function contributing(contribution: Contribution): Strategy {
  return planning(({ perMirror }) => ({
    perMirror: new Map([...perMirror.keys()].map((name) => [name, contribution])),
  }));
}

export function labelled(namespace: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  return { ...configMap(namespace, 'sound-x'), metadata: { namespace, name: 'sound-x', labels } };
}

export function deployment(namespace: string, matchLabels: object, labels: object): KubernetesObject {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'relay', image: 'relay' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name: 'sound-relay' },
    spec: { selector: { matchLabels }, template },
  };
}

export const Ingress = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' };

export function ingress(namespace: string): KubernetesObject {
  const { group, version, kind } = Ingress;
  return {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { namespace, name: 'sound-x' },
    spec: { defaultBackend: { service: { name: 'sound-x', port: { number: 443 } } } },
  };
}

export function mayAll(group: string, resource: string): NamespacedRule {
  const verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
  return { namespace: 'contract-mirrors', apiGroups: [group], resources: [resource], verbs };
}

/** Planned for all mirrors: one block in a text of others. */
export function notes(content: string, marker = 'sound'): NonNullable<StrategyPlan['fleet']> {
  const configMap = { namespace: 'contract-mirrors', name: 'greetings' };
  return { textBlocks: [{ configMap, key: 'text', marker, content }] };
}

/** What each check says of a strategy, where it says something. */
export async function complaints<S, O>(
  strategy: AddressingStrategy<S, O>,
  isOnServer = false,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name, run } of strategyContractChecks) {
    try {
      if (name.includes('real API server') === isOnServer) await run(strategySubject(strategy, {}));
    } catch (error) {
      found.set(name, error instanceof Error ? error.message : String(error));
    }
  }
  return found;
}
