import { eventually } from '@entrepot/control-plane';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigMap } from '../../src/index.ts';
import { LimitedAccount } from '../support/limited-account.ts';
import { Cluster } from '../support/operator.ts';
import { hosts, mapIn } from '../support/plugins.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const eventShape = z.object({ type: z.string(), reason: z.string(), note: z.string() });

/** `Type Reason: note` of the events about the operator's inventory. */
async function eventsAboutInventory(): Promise<readonly string[]> {
  const { namespace } = cluster;
  const inventory = await cluster.client.get(ConfigMap, { namespace, name: 'entrepot-inventory' });
  const { items } = await cluster.client.list(
    { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
    { namespace, fieldSelector: `regarding.uid=${inventory?.metadata.uid}` },
  );
  return items.map((event) => eventShape.parse(event)).map(({ type, reason, note }) => `${type} ${reason}: ${note}`);
}

const others = async (namespace: string): Promise<unknown> =>
  (await cluster.client.get(ConfigMap, { namespace, name: 'others' }))?.['data'];

/** What an operator does, but to delete anything, and of ConfigMaps to change others than the inventory. */
function rulesWithoutDeletion(): readonly object[] {
  const all = { apiGroups: ['*'], resources: ['*'] };
  const kinds = ['registrymirrors', 'registrymirrors/status', 'events', 'services', 'secrets', 'poddisruptionbudgets'];
  const configMap = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['entrepot-inventory'] };
  return [
    { ...all, verbs: ['get', 'list', 'watch', 'create'] },
    { ...all, resources: [...kinds, 'statefulsets', 'daemonsets'], verbs: ['patch', 'update'] },
    { ...configMap, verbs: ['patch', 'update'] },
  ];
}

describe('what cannot be removed', () => {
  test.each([
    {
      title: 'after a strategy is gone',
      strategies: () => [hosts],
      refused: () => `cannot delete resource "configmaps" in API group "" in the namespace "${cluster.namespace}"`,
    },
    {
      title: 'where a strategy had its text before',
      strategies: () => [hosts, mapIn('default')],
      refused: () => `cannot patch resource "configmaps" in API group "" in the namespace "${cluster.namespace}"`,
    },
  ])(
    '$title is told by an event, with what it takes; and removed as soon as that is there',
    async ({ strategies, refused }) => {
      const first = await cluster.operator();
      await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] });
      await eventually(async () =>
        expect(await others(cluster.namespace)).toHaveProperty('maps', expect.stringContaining('mirror-quay.io')),
      );
      await first.stop();
      const limited = new LimitedAccount(cluster);
      const client = await limited.connect(rulesWithoutDeletion());
      const second = await cluster.operator(strategies(), {}, { client });
      await eventually(async () => {
        const [event, ...more] = await eventsAboutInventory();
        expect(event).toMatch(/^Warning CleanupFailed: what strategy map left behind cannot be removed: configmaps /);
        expect(event).toContain(refused());
        expect(event).toMatch(/; until it is, the operator needs the permissions that it had for this strategy$/);
        expect(more).toEqual([]);
      });
      expect(await others(cluster.namespace)).toHaveProperty('maps', expect.stringContaining('mirror-quay.io'));
      await limited.allow([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
      await eventually(async () => expect(await others(cluster.namespace)).toEqual({ maps: '' }));
      await second.stop();
      await client.close();
      await limited.leave();
      await cluster.client.delete(ConfigMap, { namespace: 'default', name: 'others' });
    },
    40_000,
  );
});
