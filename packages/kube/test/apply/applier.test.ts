import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Applier, type KubeClient, type KubernetesObject } from '../../src/index.ts';
import { clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';
import { InterruptedClient } from '../support/interrupted-client.ts';

const fieldManager = 'applier-test';
const ours = { app: 'ours' };
const isOurs = ({ metadata }: KubernetesObject) => metadata.labels?.['app'] === 'ours';

describe('the applier', () => {
  let client: KubeClient;
  let namespace: string;
  const newApplier = () => new Applier({ client, fieldManager, live: () => undefined });
  const read = async (name: string) => client.get(ConfigMap, { namespace, name });

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  test('creates, then writes nothing while nothing differs, also after a restart', async () => {
    const wanted = configMap(namespace, 'quiet', { a: '1' }, ours);
    expect(await newApplier().apply(wanted, isOurs)).toBe('created');
    const before = await read('quiet');
    expect(await newApplier().apply(wanted, isOurs)).toBe('unchanged');
    expect(await read('quiet')).toEqual(before);
  });

  test('takes back a field that somebody changed, and leaves what somebody added', async () => {
    const wanted = configMap(namespace, 'edited', { a: '1' }, ours);
    await newApplier().apply(wanted, isOurs);
    await client.patch(ConfigMap, { namespace, name: 'edited' }, { data: { a: '2', b: '3' } }, { type: 'merge' });
    expect(await newApplier().apply(wanted, isOurs)).toBe('updated');
    expect(await read('edited')).toMatchObject({ data: { a: '1', b: '3' } });
  });

  test('removes a field that is wanted no more', async () => {
    await newApplier().apply(configMap(namespace, 'fewer', { a: '1', b: '2' }, ours), isOurs);
    expect(await newApplier().apply(configMap(namespace, 'fewer', { a: '1' }, ours), isOurs)).toBe('updated');
    expect((await read('fewer'))?.['data']).toEqual({ a: '1' });
  });

  test('a workload with quantities and defaults is written once', async () => {
    const resources = { limits: { cpu: '0.5', memory: '1024Mi' }, requests: { cpu: 0.1 } };
    const volumes = [{ name: 'tmp', emptyDir: { sizeLimit: '1024Ki' } }];
    const container = {
      name: 'a',
      image: 'example.test/a',
      resources,
      ports: [{ containerPort: 80 }],
      env: [{ name: 'A', value: '' }],
    };
    const wanted: KubernetesObject = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { namespace, name: 'once', labels: ours },
      spec: {
        replicas: 0,
        serviceName: 'once',
        selector: { matchLabels: ours },
        template: { metadata: { labels: ours }, spec: { containers: [container], volumes, tolerations: [] } },
      },
    };
    await newApplier().apply(wanted, isOurs);
    const before = await client.get({ group: 'apps', version: 'v1', kind: 'StatefulSet' }, { namespace, name: 'once' });
    expect(await newApplier().apply(wanted, isOurs)).toBe('unchanged');
    const after = await client.get({ group: 'apps', version: 'v1', kind: 'StatefulSet' }, { namespace, name: 'once' });
    expect(after?.metadata.generation).toBe(before?.metadata.generation);
  });

  describe('a Service whose ports somebody edited', () => {
    const kind = { group: '', version: 'v1', kind: 'Service' };
    const port = { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' };
    const edit = { name: 'https', port: 8443, protocol: 'TCP', targetPort: 8443 };

    test.each([
      { title: 'another number', ports: [edit] },
      { title: 'another protocol', ports: [{ ...port, protocol: 'UDP' }] },
      { title: 'another target', ports: [{ ...port, targetPort: 8443 }] },
      { title: 'another name', ports: [{ ...port, name: 'web' }] },
      {
        title: 'another number beside a further port: that goes, too',
        ports: [edit, { name: 'http', port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    ])('has ours again, and its address: $title', async ({ title, ports }) => {
      const name = `ports-${title.replaceAll(/[^a-z]/g, '').slice(-20)}`;
      const metadata = { namespace, name, labels: ours };
      const wanted = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [port], selector: ours } };
      await newApplier().apply(wanted, isOurs);
      const before = await client.get(kind, { namespace, name });
      const change = { metadata: { annotations: { theirs: 'stays' } }, spec: { ports } };
      await client.patch(kind, { namespace, name }, change, { type: 'merge', fieldManager: 'kubectl-edit' });

      expect(await newApplier().apply(wanted, isOurs)).toBe('updated');
      const after = await client.get(kind, { namespace, name });
      expect(after?.['spec']).toEqual(before?.['spec']);
      expect(after?.metadata.annotations).toMatchObject({ theirs: 'stays' });
      expect(await newApplier().apply(wanted, isOurs)).toBe('unchanged');
    });
  });

  test('leaves the containers that others added where the server refuses an object for something else', async () => {
    const container = (name: string): object => ({ name, image: `example.test/${name}` });
    const metadata = { namespace, name: 'beside', labels: ours };
    // No controller writes to this kind.
    const kind = { group: '', version: 'v1', kind: 'PodTemplate' };
    const template = { metadata: { labels: ours }, spec: { containers: [container('a')] } };
    const wanted: KubernetesObject = { apiVersion: 'v1', kind: 'PodTemplate', metadata, template };
    await newApplier().apply(wanted, isOurs);
    const added = { template: { spec: { containers: [container('a'), container('theirs')] } } };
    await client.patch(kind, metadata, added, { type: 'merge', fieldManager: 'kubectl-edit' });

    const refused = { ...wanted, metadata: { ...metadata, labels: { ...ours, wrong: 'a b' } } };
    await expect(newApplier().apply(refused, isOurs)).rejects.toMatchObject({ status: 422 });
    expect(await client.get(kind, metadata)).toMatchObject(added);
  });

  test('says why the server refuses an object that no edit stands in the way of', async () => {
    const wanted = configMap(namespace, 'fixed', { a: '1' }, ours);
    await newApplier().apply({ ...wanted, immutable: true }, isOurs);
    const refused = newApplier().apply({ ...wanted, immutable: true, data: { a: '2' } }, isOurs);
    await expect(refused).rejects.toThrow('field is immutable when `immutable` is set');
  });

  test('never writes to a foreign object, and asks again where nobody would tell that it is gone', async () => {
    await client.create(configMap(namespace, 'foreign', { a: 'theirs' }));
    const refused = newApplier().apply(configMap(namespace, 'foreign', { a: 'ours' }, ours), isOurs);
    await expect(refused).rejects.toMatchObject({
      name: 'WaitingError',
      reason: 'ForeignObject',
      message: `ConfigMap ${namespace}/foreign exists already and belongs to somebody else; it is left as it is`,
    });
    expect(await read('foreign')).toMatchObject({ data: { a: 'theirs' } });
  });

  test('does not write to an object that is replaced while it is looked at', async () => {
    await client.create(configMap(namespace, 'replaced', {}, ours));
    const late = await InterruptedClient.connect(async () => {
      await client.delete(ConfigMap, { namespace, name: 'replaced' });
      await client.create(configMap(namespace, 'replaced', { a: 'theirs' }));
    });
    const applied = new Applier({ client: late, fieldManager, live: () => undefined }).apply(
      configMap(namespace, 'replaced', { a: '1' }, ours),
      isOurs,
    );
    await expect(applied).rejects.toMatchObject({ status: 409 });
    await late.close();
    expect(await read('replaced')).toMatchObject({ data: { a: 'theirs' } });
  });
});

describe('pruning', () => {
  let client: KubeClient;
  let namespace: string;
  let applier: Applier;
  const labels = { part: 'demo', app: 'ours' };
  // The controller-manager puts `kube-root-ca.crt` into every namespace, sooner or later.
  const names = async () =>
    (await client.list(ConfigMap, { namespace })).items
      .map(({ metadata }) => metadata.name)
      .filter((name) => name !== 'kube-root-ca.crt');

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
    applier = new Applier({ client, fieldManager, live: () => undefined });
  });
  afterAll(() => client.close());

  test('deletes what is labelled, ours, applied by us and not kept, and nothing else', async () => {
    const kept = configMap(namespace, 'kept', {}, labels);
    await applier.apply(kept, isOurs);
    await applier.apply(configMap(namespace, 'dropped', {}, labels), isOurs);
    await applier.apply(configMap(namespace, 'other-label', {}, { ...labels, part: 'x' }), isOurs);
    await applier.apply(configMap(namespace, 'other-owner', {}, { part: 'demo' }), isOurs);
    await client.create(configMap(namespace, 'made-by-hand', {}, labels));
    const missingKind = { group: 'nobody.example', version: 'v1', kind: 'Nothing' };

    const scope = { kinds: [ConfigMap, missingKind], namespace, labels: { part: 'demo' }, isOurs };
    expect(await applier.prune(scope, [kept])).toEqual([`ConfigMap ${namespace}/dropped`]);
    expect((await names()).sort()).toEqual(['kept', 'made-by-hand', 'other-label', 'other-owner']);
    expect(await applier.prune(scope, [kept])).toEqual([]);
  });
});
