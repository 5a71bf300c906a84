import { ConfigMap, defineStrategy } from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  complaints,
  configMap,
  contributing,
  deployment,
  Ingress,
  ingress,
  labelled,
  mayAll,
  notes,
  planning,
  sound,
  withObject,
  type Plan,
  type Strategy,
} from './sound-strategy.ts';

const readsAll: Partial<Strategy> = {
  observes: () => [{ kind: ConfigMap, namespace: 'contract-mirrors', name: 'greetings' }],
};
const textSeen = (context: Parameters<Plan>[2]): string =>
  JSON.stringify(
    context.observed({ kind: ConfigMap, namespace: 'contract-mirrors', name: 'greetings' })?.['data'] ?? '',
  );

/** Names its object by how often it was asked. */
function counting(): Strategy {
  let calls = 0;
  return planning((plan) => ({ ...plan, fleet: { objects: [configMap('n', `sound-${++calls}`)] } }));
}

describe('a faulty strategy is told what was found, where, and what to change', () => {
  test.each<{ fault: string; strategy: Strategy; check: string; message: string }>([
    {
      fault: 'non-deterministic plan',
      strategy: counting(),
      check: 'plans the same twice',
      message:
        'two calls of plan() with one input differ: fleet.objects[0].metadata.name is "sound-2", then "sound-3"; use no clock, no randomness and no state of your own in it',
    },
    {
      fault: 'order-dependent plan',
      strategy: planning((plan, mirrors) => ({ ...plan, fleet: notes(`${mirrors[0]?.mirror.name}\n`) })),
      check: 'plans the same whatever the order of the mirrors',
      message:
        'the plan depends on the order of the mirrors: fleet.textBlocks[0].content is "docker\\n", then "six\\n"; sort by mirror.name before you write lists or texts',
    },
    {
      fault: 'undeclared kind',
      strategy: withObject((namespace) => ({ ...configMap(namespace, 'sound-x'), kind: 'Secret' })),
      check: 'plans objects of the kinds it manages only',
      message:
        "Secret contract-mirrors/sound-x is planned, but manages does not name its kind, so that nobody would watch or delete it; add { group: '', version: 'v1', kind: 'Secret' } to manages",
    },
    {
      fault: 'unlabelled object: it takes the labels by which it would be found',
      strategy: withObject((namespace) => labelled(namespace, { mirror: 'mine', team: 'x' })),
      check: 'leaves the labels by which objects are found to the planner',
      message:
        'ConfigMap contract-mirrors/sound-x is planned with the label mirror=mine; remove it, the planner writes app, mirror, entrepot/strategy, entrepot/fleet itself and finds and deletes objects by them',
    },
    {
      fault: 'unlabelled object: pods that their own selector does not find',
      strategy: withObject((namespace) => deployment(namespace, { part: 'relay' }, { part: 'other' })),
      check: 'gives pods of its own labels that their selector finds',
      message:
        'Deployment contract-mirrors/sound-relay selects pods with part=relay, which its pod template does not have; add it to spec.template.metadata.labels',
    },
    {
      fault: 'an object of a mirror where nobody looks for it',
      strategy: withObject(() => configMap('elsewhere', 'sound-x')),
      check: "plans a mirror's objects in the namespace of mirrors",
      message:
        'ConfigMap elsewhere/sound-x is planned for mirror docker in namespace elsewhere; set metadata.namespace to context.namespace, the only one where objects of a mirror are watched and deleted, or plan it once, under fleet.objects',
    },
    {
      fault: 'name collision with another strategy',
      strategy: withObject((namespace) => configMap(namespace, 'addresses')),
      check: 'plans objects and text blocks under its own name, so that no other strategy has them too',
      message:
        "ConfigMap contract-mirrors/addresses may be planned by another strategy too, and both would rewrite it for ever; put 'sound' into its name, as in sound-addresses",
    },
    {
      fault: 'name collision with another strategy, in a text',
      strategy: planning((plan) => ({ ...plan, fleet: notes('a\n', 'mirrors') })),
      check: 'plans objects and text blocks under its own name, so that no other strategy has them too',
      message:
        "the text block with marker 'mirrors' may be written by another strategy too; put 'sound' into the marker, as in sound-mirrors",
    },
    {
      fault: 'name collision with the operator',
      strategy: withObject((namespace) => configMap(namespace, 'registry-mirror-docker')),
      check: 'plans objects and text blocks under its own name, so that no other strategy has them too',
      message:
        "ConfigMap contract-mirrors/registry-mirror-docker has a name that begins with registry-mirror-, as those of the operator's own objects; begin it with 'sound-'",
    },
    {
      fault: 'eats foreign text, by taking it into its block',
      strategy: {
        ...planning((plan, _mirrors, _settings, context) =>
          textSeen(context).includes('written by hand')
            ? { ...plan, fleet: notes('# written by hand\nhello\n') }
            : plan,
        ),
        ...readsAll,
      },
      check: "keeps another writer's text around its blocks",
      message: 'block sound copies the text of others into itself; plan your own lines only',
    },
    {
      fault: 'eats foreign text, by planning the whole ConfigMap',
      strategy: {
        ...planning((plan, _mirrors, _settings, { namespace }) => ({
          ...plan,
          fleet: { objects: [configMap(namespace, 'greetings')] },
        })),
        ...readsAll,
      },
      check: 'plans no object that it observes as somebody else’s',
      message:
        'ConfigMap contract-mirrors/greetings is planned as a whole, though observes() names it as an object of others, whose part would be lost or in the way; plan a text block for your lines, or an object with another name',
    },
    {
      fault: 'throws',
      strategy: planning((plan, mirrors) => {
        if (mirrors.some(({ mirror }) => mirror.upstreamHost.includes(':'))) throw new Error('port is not a number');
        return plan;
      }),
      check: 'plans the same twice',
      message:
        "plan() throws 'port is not a number' for mirrors internal, port; give such a mirror a contribution that says waitFor or unsupported, and the others their plan",
    },
    {
      fault: 'throws while there is no address',
      strategy: planning((plan, mirrors) => {
        if (mirrors.some(({ mirror }) => mirror.service.clusterIPs.length === 0)) throw new Error('no address');
        return plan;
      }),
      check: 'survives mirrors without an address',
      message:
        "plan() throws 'no address' for mirrors docker, internal, port, quay, six; give such a mirror a contribution that says waitFor or unsupported, and the others their plan",
    },
    {
      fault: 'endless waitFor',
      strategy: contributing({ waitFor: 'the webhook is not ready' }),
      check: 'waits for nothing that is there',
      message:
        "mirror docker still waits with 'the webhook is not ready', though its Service has an address and all that was planned is there; leave waitFor out then, say unsupported where no waiting helps, or give strategyContract() what is waited for under prerequisites",
    },
    {
      fault: 'does something for a mirror that it does not support',
      strategy: contributing({ unsupported: 'spec.upstreamUrl is too long', servingNames: ['a'] }),
      check: 'plans nothing for a mirror that it calls unsupported',
      message:
        "mirror docker is unsupported ('spec.upstreamUrl is too long') and has servingNames planned all the same; leave that out, or say waitFor where it will come to work",
    },
    {
      fault: 'supports nobody',
      strategy: contributing({ unsupported: 'not today' }),
      check: 'plans nothing for a mirror that it calls unsupported',
      message:
        'no sample mirror is supported (docker: not today; internal: not today; port: not today; quay: not today; six: not today); plan something for mirrors with a name and an address',
    },
    {
      fault: 'wrong contractVersion',
      // Made by another version of the package, whose types are not these.
      strategy: Object.assign({ ...sound }, { contractVersion: 2 }),
      check: 'has all members of the contract',
      message:
        'cannot use strategy sound as a strategy: it is made for contract version 2, this program speaks version 1; make it with defineStrategy() of the @entrepot/core that it is tested with',
    },
    {
      fault: 'needs more RBAC than declared',
      strategy: {
        ...withObject((namespace) => ingress(namespace)),
        manages: [ConfigMap, Ingress],
        rules: () => [{ ...mayAll(Ingress.group, 'ingresses'), verbs: ['get', 'list', 'watch'] }],
      },
      check: 'declares the permissions for what it plans and observes',
      message:
        "rules() does not allow to create, patch, delete ingresses in namespace contract-mirrors, for Ingress contract-mirrors/sound-x; add { namespace: 'contract-mirrors', apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['create', 'patch', 'delete'] }",
    },
    {
      fault: 'fills in what it was given',
      strategy: planning((plan, mirrors) => {
        Object.assign(mirrors[0]?.mirror ?? {}, { note: 'mine' });
        return plan;
      }),
      check: 'plans without throwing, and leaves its input as it was',
      message:
        'plan() changes its input (Cannot add property note, object is not extensible); copy before you sort or fill in',
    },
    {
      fault: 'owns its objects itself',
      strategy: withObject((namespace) => {
        const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' };
        return { ...configMap(namespace, 'x'), metadata: { namespace, name: 'x', ownerReferences: [owner] } };
      }),
      check: 'leaves owner references to the planner',
      message: 'remove metadata.ownerReferences from ConfigMap contract-mirrors/x',
    },
    {
      fault: 'puts a date into an object',
      strategy: withObject((namespace) => ({ ...configMap(namespace, 'x'), data: { since: new Date(0) } })),
      check: 'plans nothing that JSON cannot hold',
      message: 'what is planned for docker is not plain JSON; leave fields out instead of undefined',
    },
    {
      fault: 'takes its own old block for somebody else’s',
      strategy: planning((plan, _mirrors, _, context) =>
        textSeen(context).includes('hello') ? { ...plan, fleet: notes('') } : plan,
      ),
      check: 'plans the same when it sees what it planned',
      message:
        'plan() changes its mind when it observes its own output, and would write for ever: fleet.textBlocks[0].content is "hello docker\\nhello internal\\nhello port\\nhello quay\\nhello six\\n", then ""; ignore your own block and objects',
    },
    {
      fault: 'ends a block within a line',
      strategy: planning((plan) => ({ ...plan, fleet: notes('end') })),
      check: 'plans text blocks of whole lines, each under a marker of its own',
      message: 'the content of block sound must end with a newline',
    },
    {
      fault: 'asks nodes for a name with a port',
      strategy: contributing({ node: [{ kind: 'HostsEntry', hostname: 'a:5000' }] }),
      check: 'plans node state that a node can keep',
      message: 'mirror docker: HostsEntry.hostname a:5000 must be a name without port',
    },
  ])('$fault', async ({ strategy, check, message }) => {
    expect((await complaints(strategy)).get(check)).toBe(message);
  });

  test('lets an option end its block', async () => {
    const labelling = defineStrategy({
      ...sound,
      options: z.strictObject({ label: z.string().default('a'), count: z.number().optional() }),
      guarantees: () => sound.guarantees({}),
      plan: (mirrors) => ({
        perMirror: new Map(),
        fleet: notes(mirrors.map(({ options }) => `${options.label}\n`).join('')),
      }),
    });
    expect((await complaints(labelling)).get('keeps marker lines that are hidden in options out of its blocks')).toBe(
      'the content of text block "sound" holds the marker line "# entrepot end sound", when option label is "a\\n# entrepot end sound\\nb"; let the schema of options refuse newlines: z.string().regex(/^.+$/)',
    );
  });

  test('and a sound one is told nothing', async () => expect(await complaints(sound)).toEqual(new Map()));
});
