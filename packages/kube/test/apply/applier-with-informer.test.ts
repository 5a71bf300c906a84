import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Applier, type KubeClient, type KubernetesObject } from '../../src/index.ts';
import { InformerStore } from '../../src/informer/object-store.ts';
import { clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';
import { CountingClient } from '../support/counting-client.ts';

const ours = { app: 'ours' };
const isOurs = ({ metadata }: KubernetesObject) => metadata.labels?.['app'] === 'ours';
const scope = { kinds: [ConfigMap], labels: ours, isOurs };

describe('an applier whose informer lags behind', () => {
  let others: KubeClient;
  let client: CountingClient;
  let namespace: string;
  let store: InformerStore<KubernetesObject>;
  let applier: Applier;
  const read = async (name: string) => others.get(ConfigMap, { namespace, name });
  /** What the informer of the namespace would have by now. */
  const catchUp = async () => {
    const { items, resourceVersion } = await others.list(ConfigMap, { namespace });
    store.replace(items, resourceVersion);
  };

  beforeAll(async () => {
    others = await clusterClient();
    client = await CountingClient.connect();
  });
  beforeEach(async () => {
    namespace = await freshNamespace(others);
    store = new InformerStore();
    await catchUp();
    applier = new Applier({ client, fieldManager: 'applier-test', live: () => store });
    client.requests.length = 0;
  });
  afterAll(async () => Promise.all([others.close(), client.close()]));

  test('asks for nothing: a new object is one request, and is known from then on', async () => {
    const wanted = configMap(namespace, 'new', { a: '1' }, ours);
    expect(await applier.apply(wanted, isOurs)).toBe('created');
    expect(await applier.apply(wanted, isOurs)).toBe('unchanged');
    expect(await applier.read(ConfigMap, { namespace, name: 'new' })).toMatchObject({ data: { a: '1' } });
    await catchUp();
    expect(await applier.apply(wanted, isOurs)).toBe('unchanged');
    expect(client.requests).toEqual(['POST configmaps']);
  });

  test('asks the server while the informer has seen nothing at all', async () => {
    await others.create(configMap(namespace, 'there', { a: '1' }, ours));
    const unfilled = new Applier({ client, fieldManager: 'applier-test', live: () => new InformerStore() });
    expect(await unfilled.read(ConfigMap, { namespace, name: 'there' })).toMatchObject({ data: { a: '1' } });
  });

  test('leaves a foreign object that came unseen as it is, to the byte', async () => {
    await others.create(configMap(namespace, 'raced', { b: 'theirs' }));
    const before = await read('raced');
    const refused = applier.apply(configMap(namespace, 'raced', { a: 'ours' }, ours), isOurs);
    await expect(refused).rejects.toMatchObject({ name: 'TerminalError', reason: 'ForeignObject' });
    expect(await read('raced')).toEqual(before);
  });

  test('brings an object that another instance made unseen in line', async () => {
    const other = new Applier({ client: others, fieldManager: 'applier-test', live: () => undefined });
    await other.apply(configMap(namespace, 'handed-over', { a: '1', b: '2' }, ours), isOurs);
    expect(await applier.apply(configMap(namespace, 'handed-over', { a: '1', b: '2' }, ours), isOurs)).toBe(
      'unchanged',
    );
    await other.apply(configMap(namespace, 'second', { a: '1', b: '2' }, ours), isOurs);
    expect(await applier.apply(configMap(namespace, 'second', { a: '2' }, ours), isOurs)).toBe('updated');
    expect((await read('second'))?.['data']).toEqual({ a: '2' });
  });

  test('knows that an object it deleted is gone, and makes it anew when it is wanted again', async () => {
    const wanted = configMap(namespace, 'gone', { a: '1' }, ours);
    await applier.apply(wanted, isOurs);
    await catchUp();
    expect(await applier.prune(scope, [])).toEqual([`ConfigMap ${namespace}/gone`]);
    expect(await applier.read(ConfigMap, { namespace, name: 'gone' })).toBeUndefined();
    expect(await applier.apply(wanted, isOurs)).toBe('created');
    expect(await read('gone')).toMatchObject({ data: { a: '1' } });
  });

  test('makes an object that somebody deleted unseen anew', async () => {
    await applier.apply(configMap(namespace, 'stolen', { a: '1' }, ours), isOurs);
    await catchUp();
    await others.delete(ConfigMap, { namespace, name: 'stolen' });
    expect(await applier.apply(configMap(namespace, 'stolen', { a: '2' }, ours), isOurs)).toBe('created');
    expect(await read('stolen')).toMatchObject({ data: { a: '2' } });
  });

  test('does not write to an object that was replaced by a foreign one unseen', async () => {
    await applier.apply(configMap(namespace, 'replaced', { a: '1' }, ours), isOurs);
    await catchUp();
    await others.delete(ConfigMap, { namespace, name: 'replaced' });
    await others.create(configMap(namespace, 'replaced', { a: 'theirs' }));
    const refused = applier.apply(configMap(namespace, 'replaced', { a: '2' }, ours), isOurs);
    await expect(refused).rejects.toMatchObject({ reason: 'ForeignObject' });
    expect(await read('replaced')).toMatchObject({ data: { a: 'theirs' } });
  });

  test('refuses a field that the kind does not have, before there is anything', async () => {
    const wrong = { ...configMap(namespace, 'wrong', {}, ours), dta: {} };
    await expect(applier.apply(wrong, isOurs)).rejects.toThrow(/unknown field "dta"/);
    expect(await read('wrong')).toBeUndefined();
  });
});
