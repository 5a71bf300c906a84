import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Applier, type KubeClient, type KubernetesObject, type ManagedFieldsEntry } from '../../src/index.ts';
import { adoptedManagedFields, beforeFirstApply } from '../../src/apply/adoption.ts';
import { clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';
import { InterruptedClient } from '../support/interrupted-client.ts';

const fieldManager = 'new-operator';
const adopts = ['old-operator', beforeFirstApply];

/** An entry of main resource fields. */
function entry(manager: string, operation: 'Apply' | 'Update', fieldsV1: object, further: object = {}) {
  return { manager, operation, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1, ...further };
}

describe('adoption of managedFields', () => {
  const cases: readonly {
    readonly title: string;
    readonly before: readonly ManagedFieldsEntry[];
    readonly after: readonly ManagedFieldsEntry[] | undefined;
  }[] = [
    {
      title: "a former manager's fields become ours",
      before: [entry('old-operator', 'Update', { 'f:data': { '.': {}, 'f:a': {} } })],
      after: [entry(fieldManager, 'Apply', { 'f:data': { '.': {}, 'f:a': {} } })],
    },
    {
      title: 'they are joined with what we applied, in the API version that we apply',
      before: [
        entry('old-operator', 'Update', { 'f:data': { 'f:a': {}, 'f:b': {} } }, { apiVersion: 'v1beta1', time: 't1' }),
        entry(fieldManager, 'Apply', { 'f:data': { 'f:b': {}, 'f:c': {} } }, { time: 't2' }),
      ],
      after: [entry(fieldManager, 'Apply', { 'f:data': { 'f:a': {}, 'f:b': {}, 'f:c': {} } }, { time: 't2' })],
    },
    {
      title: 'a whole field and some of its members are both kept',
      before: [
        entry('old-operator', 'Update', { 'f:data': {} }),
        entry(fieldManager, 'Apply', { 'f:data': { 'f:a': {} } }),
      ],
      after: [entry(fieldManager, 'Apply', { 'f:data': { '.': {}, 'f:a': {} } })],
    },
    {
      title: 'our own creations and updates are adopted, too',
      before: [entry(fieldManager, 'Update', { 'f:data': { 'f:a': {} } })],
      after: [entry(fieldManager, 'Apply', { 'f:data': { 'f:a': {} } })],
    },
    {
      title: 'people and controllers keep theirs; so do subresources, whoever wrote them',
      before: [
        entry('kubectl-edit', 'Update', { 'f:data': { 'f:h': {} } }),
        entry('old-operator', 'Update', { 'f:data': { 'f:a': {} } }),
        entry('old-operator', 'Update', { 'f:status': {} }, { subresource: 'status' }),
      ],
      after: [
        entry(fieldManager, 'Apply', { 'f:data': { 'f:a': {} } }),
        entry('kubectl-edit', 'Update', { 'f:data': { 'f:h': {} } }),
        entry('old-operator', 'Update', { 'f:status': {} }, { subresource: 'status' }),
      ],
    },
    {
      title: 'status and finalizers are nobody’s to apply',
      before: [
        entry(beforeFirstApply, 'Update', {
          'f:metadata': { 'f:finalizers': { 'v:"a/b"': {} }, 'f:labels': {} },
          'f:status': { 'f:x': {} },
        }),
      ],
      after: [entry(fieldManager, 'Apply', { 'f:metadata': { 'f:labels': {} } })],
    },
    {
      title: 'nothing is to be done where nobody else was',
      before: [entry(fieldManager, 'Apply', { 'f:data': {} }), entry('kubectl-edit', 'Update', { 'f:data': {} })],
      after: undefined,
    },
  ];
  test.each(cases)('$title', ({ before, after }) => {
    // As JSON, where a time that nobody said is not there.
    const adopted = adoptedManagedFields(before, 'v1', { fieldManager, adopts });
    expect(JSON.parse(JSON.stringify(adopted ?? null))).toEqual(after ?? null);
  });
});

describe('the first apply onto an object of a former system', () => {
  const ours = { app: 'ours' };
  const isOurs = ({ metadata }: KubernetesObject) => metadata.labels?.['app'] === 'ours';
  let client: KubeClient;
  let namespace: string;
  const managers = async (name: string) =>
    (await client.get(ConfigMap, { namespace, name }))?.metadata.managedFields?.map(
      ({ manager, operation }) => `${manager} ${operation}`,
    );
  const apply = async (name: string, data: Readonly<Record<string, string>>, manager = 'old-operator') =>
    new Applier({ client, fieldManager, adopts: [manager], live: () => undefined }).apply(
      configMap(namespace, name, data, ours),
      isOurs,
    );
  const dataOf = async (name: string) => (await client.get(ConfigMap, { namespace, name }))?.['data'];

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  test('removes what that system wrote and is not wanted; what a person wrote stays', async () => {
    await client.create(configMap(namespace, 'old', { a: '1', b: '2' }, ours), { fieldManager: 'old-operator' });
    const edit = { type: 'merge', fieldManager: 'kubectl-edit' } as const;
    await client.patch(ConfigMap, { namespace, name: 'old' }, { data: { c: '3' } }, edit);
    expect(await apply('old', { a: '1' })).toBe('updated');
    expect(await dataOf('old')).toEqual({ a: '1', c: '3' });
    expect(await managers('old')).toEqual(['new-operator Apply', 'kubectl-edit Update']);
    expect(await apply('old', { a: '1' })).toBe('unchanged');
  });

  test('leaves the fields of managers that are not adopted', async () => {
    await client.create(configMap(namespace, 'other', { a: '1', b: '2' }, ours), { fieldManager: 'somebody' });
    await apply('other', { a: '2' });
    expect(await dataOf('other')).toEqual({ a: '2', b: '2' });
  });

  test('removes fields also from an object that is older than managedFields', async () => {
    await client.create(configMap(namespace, 'ancient', { a: '1', b: '2' }, ours));
    const forget = [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }];
    await client.patch(ConfigMap, { namespace, name: 'ancient' }, forget, { type: 'json' });
    expect(await managers('ancient')).toBeUndefined();
    expect(await apply('ancient', { a: '1' }, beforeFirstApply)).toBe('updated');
    expect(await dataOf('ancient')).toEqual({ a: '1' });
    expect(await managers('ancient')).toEqual(['new-operator Apply']);
  });

  test('is refused when the object changes in between, and done the next time', async () => {
    await client.create(configMap(namespace, 'busy', { a: '1', b: '2' }, ours), { fieldManager: 'old-operator' });
    const edit = { type: 'merge', fieldManager: 'kubectl-edit' } as const;
    const hurried = await InterruptedClient.connect(async () =>
      client.patch(ConfigMap, { namespace, name: 'busy' }, { data: { c: '3' } }, edit),
    );
    const late = new Applier({ client: hurried, fieldManager, adopts, live: () => undefined });
    await expect(late.apply(configMap(namespace, 'busy', { a: '1' }, ours), isOurs)).rejects.toMatchObject({
      status: 409,
    });
    await hurried.close();
    await apply('busy', { a: '1' });
    expect(await dataOf('busy')).toEqual({ a: '1', c: '3' });
  });
});
