import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/index.ts';
import { OwnWrites } from '../../src/apply/own-writes.ts';
import { InformerStore } from '../../src/informer/object-store.ts';

const key = { namespace: 'default', name: 'a' };

function object(resourceVersion: string, uid = 'first', metadata: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...key, uid, resourceVersion, ...metadata } };
}

function storeAt(resourceVersion: string | undefined, ...objects: readonly KubernetesObject[]) {
  const store = new InformerStore<KubernetesObject>();
  store.replace(objects, resourceVersion);
  return store;
}

describe('an object that this process wrote', () => {
  test('is known as it was written until the store has seen that', () => {
    const store = storeAt('10', object('7'));
    const writes = new OwnWrites();
    writes.note(store, object('12'));
    expect(writes.latest(store, key)).toMatchObject({ metadata: { resourceVersion: '12' } });
    store.set(object('11'));
    expect(writes.latest(store, key)).toMatchObject({ metadata: { resourceVersion: '12' } });
    store.set(object('12'));
    store.set(object('13'));
    expect(writes.latest(store, key)).toMatchObject({ metadata: { resourceVersion: '13' } });
  });

  test('is as the store has it when only a bookmark said how far that is', () => {
    const store = storeAt('10');
    const writes = new OwnWrites();
    writes.note(store, object('12'));
    store.reached('20');
    expect(writes.latest(store, key)).toBeUndefined();
  });

  test('is gone after its deletion, until the store knows that', () => {
    const store = storeAt('10', object('7'));
    const writes = new OwnWrites();
    writes.note(store, object('7'), true);
    expect(writes.latest(store, key)).toBeUndefined();
    store.reached('20');
    expect(writes.latest(store, key)).toBeUndefined();
    store.delete(object('21'));
    store.set(object('22', 'second'));
    expect(writes.latest(store, key)).toMatchObject({ metadata: { uid: 'second' } });
  });

  test('is still there when finalizers keep it from going', () => {
    const store = storeAt('10', object('7'));
    const writes = new OwnWrites();
    writes.note(store, object('7'), true);
    store.set(object('11', 'first', { deletionTimestamp: '2026-01-01T00:00:00Z' }));
    expect(writes.latest(store, key)).toMatchObject({ metadata: { resourceVersion: '11' } });
  });

  test('is forgotten when the server went back to a backup from before it', () => {
    const store = storeAt('10');
    const writes = new OwnWrites();
    writes.note(store, object('12'));
    store.replace([], '5');
    expect(writes.latest(store, key)).toBeUndefined();
  });
});
