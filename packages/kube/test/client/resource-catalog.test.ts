import { describe, expect, test } from 'vitest';
import { resourcePath } from '../../src/client/resource-catalog.ts';

const pods = { plural: 'pods', namespaced: true, kind: 'Pod', verbs: [] };
const nodes = { plural: 'nodes', namespaced: false, kind: 'Node', verbs: [] };
const core = { group: '', version: 'v1', kind: 'Any' };

describe('paths of the API', () => {
  test.each([
    { title: 'a collection in all namespaces', resource: pods, key: {}, path: '/api/v1/pods' },
    { title: 'a collection in one', resource: pods, key: { namespace: 'a' }, path: '/api/v1/namespaces/a/pods' },
    { title: 'an object', resource: pods, key: { namespace: 'a', name: 'b' }, path: '/api/v1/namespaces/a/pods/b' },
    { title: 'a cluster-scoped object', resource: nodes, key: { name: 'b' }, path: '/api/v1/nodes/b' },
    {
      title: 'a name with strange characters',
      resource: nodes,
      key: { name: 'system:a/b' },
      path: '/api/v1/nodes/system%3Aa%2Fb',
    },
  ])('$title', ({ resource, key, path }) => expect(resourcePath(core, resource, key)).toBe(path));

  test('a group has a path of its own', () => {
    expect(resourcePath({ group: 'apps', version: 'v1', kind: 'X' }, pods, {})).toBe('/apis/apps/v1/pods');
  });

  test('an object without its namespace is refused', () => {
    expect(() => resourcePath(core, pods, { name: 'b' })).toThrow('Any b needs a namespace');
  });
});
