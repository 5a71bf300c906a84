import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Inventory, type KubeClient } from '../../src/index.ts';
import { clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';

const Secret = { group: '', version: 'v1', kind: 'Secret' };

describe('the inventory', () => {
  let client: KubeClient;
  let namespace: string;
  const newInventory = (name?: string) => new Inventory({ client, namespace, name, fieldManager: 'inventory-test' });

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  test('remembers over a restart which kinds a scope may have left, until it is forgotten', async () => {
    await newInventory().record('imageswap', [{ ...ConfigMap, namespace: 'kube-system' }]);
    await newInventory().record('imageswap', [Secret]);
    await newInventory().record('hostess', [Secret]);
    expect(await newInventory().read()).toEqual(
      new Map([
        ['imageswap', [{ ...ConfigMap, namespace: 'kube-system' }, Secret]],
        ['hostess', [Secret]],
      ]),
    );
    await newInventory().forget('imageswap');
    expect([...(await newInventory().read()).keys()]).toEqual(['hostess']);
  });

  test('what is recorded is not written again', async () => {
    await newInventory('quiet').record('a', [Secret]);
    const before = await client.get(ConfigMap, { namespace, name: 'quiet' });
    await newInventory('quiet').record('a', [Secret]);
    expect(await client.get(ConfigMap, { namespace, name: 'quiet' })).toEqual(before);
  });

  test('says who wrote it, when it was made and ever after', async () => {
    for (const kind of [Secret, ConfigMap]) {
      await newInventory('signed').record('a', [kind]);
      const { managedFields } = (await client.get(ConfigMap, { namespace, name: 'signed' }))?.metadata ?? {};
      expect(managedFields?.map(({ manager }) => manager)).toEqual(['inventory-test']);
    }
  });

  test('a scope that was forgotten can be recorded again', async () => {
    const inventory = newInventory('again');
    await inventory.record('a', [Secret]);
    await inventory.forget('a');
    await inventory.record('a', [Secret]);
    expect(await inventory.read()).toEqual(new Map([['a', [Secret]]]));
  });

  test('what somebody deleted is recorded again after it was looked at', async () => {
    const inventory = newInventory('deleted');
    await inventory.record('a', [Secret]);
    await client.delete(ConfigMap, { namespace, name: 'deleted' });
    expect(await inventory.read()).toEqual(new Map());
    await inventory.record('a', [Secret]);
    expect(await inventory.read()).toEqual(new Map([['a', [Secret]]]));
  });

  test('says which entry somebody broke', async () => {
    await client.create(configMap(namespace, 'broken', { hostess: '{"kind":"Secret"}' }));
    await expect(newInventory('broken').read()).rejects.toMatchObject({
      reason: 'InventoryUnreadable',
      message: `ConfigMap ${namespace}/broken: 'hostess' is not a list of kinds`,
    });
  });
});
