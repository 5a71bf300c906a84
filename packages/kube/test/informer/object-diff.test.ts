import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../src/informer/object-diff.ts';
import { isOlder } from '../../src/informer/resource-version.ts';

const state = (...objects: readonly string[]) =>
  new Map(
    objects.map((text) => {
      const [name = '', uid = '', resourceVersion = ''] = text.split('/');
      return [name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, uid, resourceVersion } }];
    }),
  );

describe('from one list to the next', () => {
  test.each([
    { title: 'a new object was added', before: [], after: ['a/u1/1'], changes: ['added a/u1/1'] },
    { title: 'one that is gone was deleted', before: ['a/u1/1'], after: [], changes: ['deleted a/u1/1'] },
    { title: 'another version is an update', before: ['a/u1/1'], after: ['a/u1/2'], changes: ['updated a/u1/2'] },
    { title: 'the same version is no news', before: ['a/u1/1'], after: ['a/u1/1'], changes: [] },
    {
      title: 'another uid is another object: the old one was deleted, the new one added',
      before: ['a/u1/1'],
      after: ['a/u2/2'],
      changes: ['deleted a/u1/1', 'added a/u2/2'],
    },
    {
      title: 'deletions come first',
      before: ['z/u1/1'],
      after: ['a/u2/2'],
      changes: ['deleted z/u1/1', 'added a/u2/2'],
    },
  ])('$title', ({ before, after, changes }) => {
    const seen = changesBetween(state(...before), state(...after));
    const texts = seen.map(
      ({ type, object: { metadata } }) => `${type} ${metadata.name}/${metadata.uid}/${metadata.resourceVersion}`,
    );
    expect(texts).toEqual(changes);
  });
});

test.each([
  { version: '9', than: '10', older: true },
  { version: '10', than: '10', older: false },
  { version: '99999999999999999998', than: '99999999999999999999', older: true },
  { version: 'x', than: '10', older: false },
])('resource version $version is older than $than: $older', ({ version, than, older }) => {
  expect(isOlder(version, than)).toBe(older);
});
