import { type ControlPlane, eventually, startControlPlane } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Applier, Controller, done, Informer, KubeClient, loadConnection, Manager, Metrics } from '../src/index.ts';
import { configMap, ConfigMap, freshNamespace } from './support/cluster.ts';

describe('an API server that restarts', () => {
  let plane: ControlPlane;
  let client: KubeClient;

  beforeAll(async () => {
    plane = await startControlPlane();
    client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
  });
  afterAll(async () => {
    await client.close();
    await plane.stop();
  });

  test('is waited for: controllers carry on, nothing is missed, nothing is written twice', async () => {
    const namespace = await freshNamespace(client);
    const metrics = new Metrics();
    const own = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }), { metrics });
    const sources = new Informer({ client: own, kind: ConfigMap, namespace, labelSelector: 'role=source', metrics });
    const copies = new Informer({ client: own, kind: ConfigMap, namespace, labelSelector: 'role=copy' });
    const applier = new Applier({ client: own, fieldManager: 'copier', live: () => copies.store, metrics });
    const controller = new Controller({
      name: 'copier',
      async reconcile(name, signal) {
        const source = sources.store.get({ namespace, name });
        if (source === undefined) return done;
        const copy = { ...configMap(namespace, `${name}-copy`, {}, { role: 'copy' }), data: source['data'] };
        await applier.apply(copy, ({ metadata }) => metadata.labels?.['role'] === 'copy', signal);
        return done;
      },
    });
    controller.watch(sources, ({ metadata }) => [metadata.name]);
    controller.watch(copies, ({ metadata }) => [metadata.name.replace(/-copy$/, '')]);
    const stop = new AbortController();
    const run = new Manager().add(sources, copies, controller).run(stop.signal);
    const copyOf = async (name: string) => client.get(ConfigMap, { namespace, name: `${name}-copy` });

    await client.create(configMap(namespace, 'a', { x: '1' }, { role: 'source' }));
    await eventually(async () => expect(await copyOf('a')).toMatchObject({ data: { x: '1' } }));
    const before = await copyOf('a');

    await plane.restartApiServer(1_000);
    await client.create(configMap(namespace, 'b', { x: '2' }, { role: 'source' }));
    await eventually(async () => expect(await copyOf('b')).toMatchObject({ data: { x: '2' } }));
    expect(await copyOf('a')).toEqual(before);

    stop.abort();
    await run;
    await own.close();
    expect(await metrics.text()).toContain('entrepot_writes_total{kind="ConfigMap",outcome="created"} 2');
  });
});
