import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers } from '../../src/index.ts';

const pod = (container: object) => ({ spec: { containers: [{ name: 'a', ...container }] } });

describe('a live object has all that is desired', () => {
  test.each([
    { title: 'defaults of the API do not count', desired: { a: 1 }, live: { a: 1, b: 2 } },
    { title: 'absent and empty are the same', desired: { a: {}, b: [], c: null }, live: {} },
    { title: 'the API leaves out zero values', desired: { value: '', hostNetwork: false, weight: 0 }, live: {} },
    { title: 'an empty object stands for any', desired: { emptyDir: {} }, live: { emptyDir: { medium: '' } } },
    {
      title: 'quantities come back in another form',
      desired: pod({ resources: { limits: { cpu: '0.5', memory: '1024Mi' }, requests: { cpu: 1 } } }),
      live: pod({ resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '1' } } }),
    },
    {
      title: 'a volume has a size limit',
      desired: { volumes: [{ name: 'a', emptyDir: { sizeLimit: '1024Ki' } }] },
      live: { volumes: [{ name: 'a', emptyDir: { sizeLimit: '1Mi' } }] },
    },
    {
      title: 'others may add items to lists that are merged by key',
      desired: pod({ env: [{ name: 'A', value: '1' }] }),
      live: {
        spec: { containers: [{ name: 'sidecar' }, { name: 'a', env: [{ name: 'B' }, { name: 'A', value: '1' }] }] },
      },
    },
    {
      title: 'the protocol of a port is TCP unless said otherwise',
      desired: { ports: [{ port: 443, targetPort: 5000 }] },
      live: { ports: [{ port: 443, protocol: 'TCP', targetPort: 5000 }] },
    },
    { title: 'others may add finalizers', desired: { finalizers: ['ours'] }, live: { finalizers: ['theirs', 'ours'] } },
  ])('$title', ({ desired, live }) => expect(covers(desired, live)).toBe(true));

  test('whatever it is, it covers itself', () => {
    assert(
      property(jsonValue(), (value) => {
        expect(covers(value, structuredClone(value))).toBe(true);
      }),
    );
  });
});

describe('a live object lacks something', () => {
  test.each([
    { title: 'a changed field', desired: { a: 1 }, live: { a: 2 } },
    { title: 'a removed field', desired: { a: 1 }, live: {} },
    { title: 'a removed key of a map, were it empty', desired: { data: { a: '' } }, live: { data: { b: 'x' } } },
    { title: 'a removed list', desired: { args: ['a'] }, live: {} },
    { title: 'an item added to a list that is one value', desired: { args: ['a'] }, live: { args: ['a', 'b'] } },
    { title: 'another order of such a list', desired: { args: ['a', 'b'] }, live: { args: ['b', 'a'] } },
    {
      title: 'a subject added to a binding',
      desired: { subjects: [{ name: 'a' }] },
      live: { subjects: [{ name: 'a' }, { name: 'b' }] },
    },
    { title: 'a changed item of a merged list', desired: pod({ image: 'a:1' }), live: pod({ image: 'a:2' }) },
    { title: 'a missing item of a merged list', desired: pod({}), live: { spec: { containers: [{ name: 'b' }] } } },
    { title: 'an object where a text was', desired: { a: 'x' }, live: { a: { b: 'x' } } },
    { title: 'an object where a list was', desired: { a: [1] }, live: { a: { 0: 1 } } },
    { title: 'labels are texts, not quantities', desired: { labels: { v: '1' } }, live: { labels: { v: '1000m' } } },
  ])('$title', ({ desired, live }) => expect(covers(desired, live)).toBe(false));
});
