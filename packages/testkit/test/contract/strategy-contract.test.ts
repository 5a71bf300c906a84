import {
  ConfigMap,
  defineStrategy,
  type AddressingStrategy,
  type KubernetesObject,
  type StrategyPlan,
} from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { strategyContract, strategyContractChecks, strategySubject } from '../../src/contract/strategy-contract.ts';

/** A ConfigMap of its own for each mirror, and a line for each in a text of others: everything the contract allows. */
const sound = defineStrategy({
  name: 'sound',
  settings: z.strictObject({ greeting: z.string().default('hello') }),
  options: z.strictObject({}),
  manages: [ConfigMap],
  rules: () => [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  ],
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

strategyContract(() => sound, { settings: { greeting: 'good day' } });

type Plan = (typeof sound)['plan'];
type Strategy = typeof sound;

function configMap(namespace: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: { key: 'value' } };
}

/** The sound strategy with something else in its plan. */
function planning(change: (plan: StrategyPlan, ...input: Parameters<Plan>) => StrategyPlan): Strategy {
  return { ...sound, plan: (...input) => change(sound.plan(...input), ...input) };
}

/** The sound strategy with something done to the object of its first mirror. */
function withObject(object: (namespace: string) => KubernetesObject): Strategy {
  return planning(({ perMirror, ...rest }, mirrors, _, { namespace }) => {
    const first = mirrors[0]?.mirror.name;
    return {
      ...rest,
      perMirror: first === undefined ? perMirror : new Map([...perMirror, [first, { objects: [object(namespace)] }]]),
    };
  });
}

async function failures<S, O>(strategy: AddressingStrategy<S, O>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, run } of strategyContractChecks) {
    try {
      if (!name.includes('real API server')) await run(strategySubject(strategy, {}));
    } catch (error) {
      found[name] = String(error);
    }
  }
  return found;
}

let calls = 0;

describe('a faulty strategy is told what to change', () => {
  test.each<{ fault: string; strategy: Strategy; check: string; advice: string }>([
    {
      fault: 'counts its calls',
      strategy: planning((plan) => ({ ...plan, fleet: { objects: [configMap('n', `call-${calls++}`)] } })),
      check: 'plans the same twice',
      advice: 'use no clock, no randomness and no state of your own',
    },
    {
      fault: 'writes mirrors in the order given',
      strategy: planning((plan, mirrors, _, { namespace }) => {
        const content = mirrors.map(({ mirror }) => `${mirror.name}\n`).join('');
        return {
          ...plan,
          fleet: { textBlocks: [{ configMap: { namespace, name: 'x' }, key: 'k', marker: 'm', content }] },
        };
      }),
      check: 'plans the same whatever the order of the mirrors',
      advice: 'sort by mirror.name',
    },
    {
      fault: 'fills in what it was given',
      strategy: planning((plan, mirrors) => {
        Object.assign(mirrors[0]?.mirror ?? {}, { note: 'mine' });
        return plan;
      }),
      check: 'leaves its input as it was',
      advice: 'plan() changes its input; copy before',
    },
    {
      fault: 'plans a kind it does not manage',
      strategy: withObject((namespace) => ({ ...configMap(namespace, 'x'), apiVersion: 'v1', kind: 'Secret' })),
      check: 'plans objects of the kinds it manages only',
      advice: 'add to manages, or nobody prunes it: Secret contract-mirrors/x',
    },
    {
      fault: 'owns its objects itself',
      strategy: withObject((namespace) => {
        const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' };
        return { ...configMap(namespace, 'x'), metadata: { namespace, name: 'x', ownerReferences: [owner] } };
      }),
      check: 'leaves owner references to the planner',
      advice: 'remove metadata.ownerReferences from ConfigMap contract-mirrors/x',
    },
    {
      fault: 'puts a date into an object',
      strategy: withObject((namespace) => ({ ...configMap(namespace, 'x'), data: { since: new Date(0) } })),
      check: 'plans nothing that JSON cannot hold',
      advice: 'what is planned for docker is not plain JSON',
    },
    {
      fault: 'needs a mirror with an address',
      strategy: planning((plan, mirrors) => {
        if (mirrors.some(({ mirror }) => mirror.service.clusterIPs.length === 0)) throw new Error('no address');
        return plan;
      }),
      check: 'survives mirrors without an address',
      advice: 'no address',
    },
    {
      fault: 'takes its own old block for somebody else’s',
      strategy: planning((plan, _mirrors, _, context) => {
        const seen = JSON.stringify(
          context.observed({ kind: ConfigMap, namespace: context.namespace, name: 'greetings' })?.['data'] ?? '',
        );
        const [block] = plan.fleet?.textBlocks ?? [];
        return block === undefined || !seen.includes('hello')
          ? plan
          : { ...plan, fleet: { textBlocks: [{ ...block, content: '' }] } };
      }),
      check: 'plans the same when it sees what it planned',
      advice: 'ignore your own block and objects',
    },
    {
      fault: 'ends a block within a line',
      strategy: planning((plan) => {
        const textBlocks = plan.fleet?.textBlocks?.map((block) => ({ ...block, content: `${block.content}end` })) ?? [];
        return { ...plan, fleet: { textBlocks } };
      }),
      check: 'plans text blocks of whole lines, each under a marker of its own',
      advice: 'must end with a newline',
    },
    {
      fault: 'forgets a permission',
      strategy: { ...sound, rules: () => [] },
      check: 'declares the permissions for what it plans and observes',
      advice: "rules() must allow to get configmaps of group '' in namespace contract-mirrors, to list",
    },
    {
      fault: 'asks nodes for a name with a port',
      strategy: planning((plan) => ({
        perMirror: new Map(
          [...plan.perMirror.keys()].map((name) => [name, { node: [{ kind: 'HostsEntry', hostname: 'a:5000' }] }]),
        ),
      })),
      check: 'plans node state that a node can keep',
      advice: 'HostsEntry.hostname a:5000 must be a name without port',
    },
  ])('$fault', async ({ strategy, check, advice }) => {
    const found = await failures(strategy);
    expect(found[check]).toContain(advice);
  });

  test('and a sound one is not', async () => expect(await failures(sound)).toEqual({}));

  test('what the API server refuses is named', { timeout: 120_000 }, async () => {
    const strategy = withObject((namespace) => ({ ...configMap(namespace, 'x'), data: { key: 7 } }));
    const onServer = strategyContractChecks.find(({ name }) => name.includes('real API server'));
    await expect(onServer?.run(strategySubject(strategy, {}))).rejects.toThrow(
      'the API server refuses ConfigMap contract-mirrors/x',
    );
  });

  test('settings that the strategy refuses are the caller’s fault', () => {
    expect(() => strategySubject(sound, { settings: { greeting: 1 } })).toThrow('settings of strategy sound');
    expect(() => strategySubject(sound, { options: { more: 1 } })).toThrow('the options given to strategyContract()');
  });
});
