import { eventually } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isConflict, isNotFound, Metrics, type KubeClient } from '../../src/index.ts';
import { anyCRD, clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';

describe('the client', () => {
  let client: KubeClient;
  let namespace: string;
  const metrics = new Metrics();
  const key = (name: string) => ({ namespace, name });

  beforeAll(async () => {
    client = await clusterClient({ metrics });
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  test('creates, reads, replaces and deletes an object', async () => {
    const created = await client.create(configMap(namespace, 'a', { x: '1' }));
    expect(await client.get(ConfigMap, key('a'))).toEqual(created);
    expect(await client.update({ ...created, data: { x: '2' } })).toMatchObject({ data: { x: '2' } });
    expect(await client.delete(ConfigMap, key('a'), { dryRun: true })).toBe(true);
    expect(await client.delete(ConfigMap, key('a'))).toBe(true);
    expect(await client.delete(ConfigMap, key('a'), { dryRun: true })).toBe(false);
    expect(await client.get(ConfigMap, key('a'))).toBeUndefined();
    expect(await client.delete(ConfigMap, key('a'))).toBe(false);
  });

  test('never undoes a change it has not seen', async () => {
    const created = await client.create(configMap(namespace, 'guarded'));
    await client.patch(ConfigMap, key('guarded'), { data: { x: '1' } }, { type: 'merge' });
    await expect(client.update({ ...created, data: {} })).rejects.toSatisfy(isConflict);
    await expect(client.update(configMap(namespace, 'guarded'))).rejects.toThrow(TypeError);
    const { uid, resourceVersion } = created.metadata;
    await expect(client.delete(ConfigMap, key('guarded'), { resourceVersion })).rejects.toSatisfy(isConflict);
    await expect(client.delete(ConfigMap, key('guarded'), { uid: 'x' })).rejects.toSatisfy(isConflict);
    expect(await client.delete(ConfigMap, key('guarded'), { uid, propagation: 'Background' })).toBe(true);
  });

  test('patches by JSON patch and applies under a name', async () => {
    await client.apply(configMap(namespace, 'p', { x: '1' }), { fieldManager: 'one' });
    await client.patch(ConfigMap, key('p'), [{ op: 'replace', path: '/data/x', value: '2' }], { type: 'json' });
    const applied = configMap(namespace, 'p', { x: '3' });
    await expect(client.apply(applied, { fieldManager: 'one' })).rejects.toSatisfy(isConflict);
    const dry = await client.apply(applied, { fieldManager: 'one', force: true, dryRun: true });
    expect(dry).toMatchObject({ data: { x: '3' } });
    expect(await client.get(ConfigMap, key('p'))).toMatchObject({ data: { x: '2' } });
  });

  test('lists more objects than fit into a page', async () => {
    const many = await freshNamespace(client);
    const names = Array.from({ length: 510 }, (_, index) => `n${index}`);
    for (let at = 0; at < names.length; at += 30) {
      await Promise.all(
        names.slice(at, at + 30).map(async (name) => client.create(configMap(many, name, {}, { many: 'yes' }))),
      );
    }
    const { items } = await client.list(ConfigMap, { namespace: many, labelSelector: 'many=yes' });
    expect(items).toHaveLength(510);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: many } });
    const one = await client.list(ConfigMap, { namespace: many, fieldSelector: 'metadata.name=n7' });
    expect(one.items.map(({ metadata }) => metadata.name)).toEqual(['n7']);
  });

  test('keeps fields that it does not know', async () => {
    const Gizmo = { group: 'client.example', version: 'v1', kind: 'Gizmo' };
    const gizmo = {
      apiVersion: 'client.example/v1',
      kind: 'Gizmo',
      metadata: key('g'),
      anything: { deep: [1, null, { x: true }] },
    };
    await expect(client.get(Gizmo, key('g'))).rejects.toMatchObject({ status: 404, reason: 'NoSuchKind' });
    await client.create(anyCRD('client.example', 'Gizmo'));
    await eventually(async () => {
      await client.create(gizmo);
    });
    expect(await client.get(Gizmo, key('g'))).toMatchObject({ anything: gizmo.anything });
    expect(await client.resource(Gizmo)).toMatchObject({ plural: 'gizmos', namespaced: true });

    const CRD = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
    await client.delete(CRD, { name: 'gizmos.client.example' });
    await eventually(async () => {
      await expect(client.list(Gizmo)).rejects.toMatchObject({ reason: 'NoSuchKind' });
    });
  });

  test('follows changes from a resource version on', async () => {
    const { resourceVersion } = await client.list(ConfigMap, { namespace });
    await client.create(configMap(namespace, 'w'));
    await client.delete(ConfigMap, key('w'));
    const seen: string[] = [];
    const options = { namespace, resourceVersion, timeoutSeconds: 1 };
    for await (const event of await client.watch(ConfigMap, options, new AbortController().signal)) {
      if (event.type !== 'bookmark') seen.push(`${event.type} ${event.object.metadata.name}`);
    }
    expect(seen).toEqual(['added w', 'deleted w']);
  });

  test('a request can be aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(client.get(ConfigMap, key('a'), signal)).rejects.toThrow('enough');
  });

  test('a missing namespace is an error of a write', async () => {
    await expect(client.create(configMap('nowhere', 'a'))).rejects.toSatisfy(isNotFound);
  });

  test('counts what it asked', async () => {
    expect(await metrics.text()).toMatch(/entrepot_api_requests_total\{method="PATCH",code="200"\} \d+/);
  });
});
