import { describe, expect, test } from 'vitest';
import { InformerStore } from '../../src/informer/object-store.ts';
import type { KubernetesObject } from '../../src/object.ts';

function owned(name: string, resourceVersion: string, ...owners: readonly string[]): KubernetesObject {
  const ownerReferences = owners.map((uid) => ({ apiVersion: 'v1', kind: 'Owner', name: uid, uid }));
  return { apiVersion: 'v1', kind: 'Thing', metadata: { namespace: 'a', name, resourceVersion, ownerReferences } };
}

describe('the objects of an owner', () => {
  test('are those that name its uid, whoever else owns them', () => {
    const store = new InformerStore();
    const [one, both, none] = [owned('one', '1', 'x'), owned('both', '2', 'x', 'y'), owned('none', '3')];
    for (const object of [one, both, none]) store.set(object);
    expect(store.ownedBy('x')).toEqual([one, both]);
    expect(store.ownedBy('y')).toEqual([both]);
    expect(store.ownedBy('z')).toEqual([]);
  });

  test('are as they were seen last, also when they change hands', () => {
    const store = new InformerStore();
    store.set(owned('one', '1', 'x'));
    const now = owned('one', '2', 'y');
    store.set(now);
    expect(store.ownedBy('x')).toEqual([]);
    expect(store.ownedBy('y')).toEqual([now]);
  });

  test('go with a deletion', () => {
    const store = new InformerStore();
    store.set(owned('one', '1', 'x'));
    store.delete(owned('one', '2', 'x'));
    expect(store.ownedBy('x')).toEqual([]);
  });

  test('are those of a new list after it, and no others', () => {
    const store = new InformerStore();
    store.set(owned('one', '1', 'x'));
    const two = owned('two', '2', 'x');
    store.replace([two], '5');
    expect(store.ownedBy('x')).toEqual([two]);
  });
});
