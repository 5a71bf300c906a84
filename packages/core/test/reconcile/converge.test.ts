import { eventually } from '@entrepot/control-plane';
import { Informer } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigMap, DaemonSet, RegistryMirror, Secret, Service, StatefulSet } from '../../src/index.ts';
import { readStatus } from '../../src/api/registry-mirror-status.ts';
import { like, present } from '../support/matching.ts';
import { Cluster } from '../support/operator.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const bothStrategies = { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, { type: 'services' }] };

async function everythingReady(mirror: string): Promise<void> {
  await eventually(async () => expect(await cluster.names(DaemonSet)).toContain(`registry-mirror-${mirror}-utils`));
  await cluster.setReady(StatefulSet, `registry-mirror-${mirror}`, { replicas: 2, readyReplicas: 2 });
  await cluster.setReady(DaemonSet, `registry-mirror-${mirror}-utils`, {
    observedGeneration: 1,
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    numberReady: 3,
    updatedNumberScheduled: 3,
  });
  await eventually(async () =>
    expect((await cluster.conditions(mirror))['Ready']).toBe('True Ready: images are mirrored'),
  );
}

describe('a new mirror', () => {
  test('gets its objects, and its status says what is still missing', async () => {
    await cluster.operator();
    await cluster.mirror('quay', bothStrategies);
    await eventually(async () => {
      expect(await cluster.conditions('quay')).toEqual({
        Ready: 'False NoReplicaReady: 0 of 2 replicas are ready',
        ConfigRendered: 'True Rendered: the configuration is in place',
        CertificateReady: like(/^True Issued: Secret registry-mirror-quay-tls is valid until 20/),
        CacheAvailable: 'False NoReplicaReady: 0 of 2 replicas are ready',
        Addressed: 'False NodesPending: no node is prepared yet',
      });
    });
    expect(await cluster.names(Service)).toEqual(['registry-mirror-quay', 'registry-mirror-quay-headless']);
    expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']);
    expect(await cluster.names(DaemonSet)).toEqual(['registry-mirror-quay-utils']);
    expect(await cluster.names(Secret)).toEqual([
      'entrepot-ca',
      'registry-mirror-quay-secret',
      'registry-mirror-quay-tls',
    ]);
    expect(await cluster.names(ConfigMap)).toEqual(['entrepot-inventory', 'map-of-quay', 'map-summary', 'others']);
  });

  test('is addressed only after the objects of its strategies and the text for all mirrors were written', async () => {
    const mirrors = new Informer({ client: cluster.client, kind: RegistryMirror });
    const stop = new AbortController();
    const running = mirrors.run(stop.signal);
    let addressedAt = 0;
    mirrors.onChange(({ object }) => {
      const { conditions } = readStatus(object['status']);
      const isAddressed = conditions.some(({ type, status }) => type === 'Addressed' && status === 'True');
      if (isAddressed && addressedAt === 0) addressedAt = Number(object.metadata.resourceVersion);
    });
    await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] });
    await eventually(() => expect(addressedAt).toBeGreaterThan(0));
    stop.abort();
    await running;
    for (const name of ['map-of-quay', 'others']) {
      // One etcd counts the writes of all kinds.
      const written = await cluster.client.get(ConfigMap, { namespace: cluster.namespace, name });
      expect(Number(written?.metadata.resourceVersion)).toBeLessThan(addressedAt);
    }
  });

  test('is ready when pods and nodes are; its status tells users all they need', async () => {
    await cluster.operator();
    await cluster.mirror('quay', bothStrategies);
    await everythingReady('quay');
    expect(await cluster.status('quay')).toEqual({
      observedGeneration: 1,
      conditions: present,
      masqueradeUrl: 'mirror-quay.io',
      addressing: 'hosts,map',
      address: like(/^127\.64\./),
      certificate: { notAfter: like(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      nodes: { desired: 3, ready: 3 },
      strategies: [
        {
          name: 'hosts',
          state: 'active',
          reason: 'Planned',
          message: 'everything it needs is there',
          guarantees: { mirrorDown: 'pull fails', pullSecrets: 'must name the mirror host' },
        },
        {
          name: 'map',
          state: 'active',
          reason: 'Planned',
          message: 'everything it needs is there',
          guarantees: { mirrorDown: 'upstream is used', pullSecrets: 'kept' },
        },
      ],
    });
  });
});

test('a strategy that nobody uses leaves nothing in the cluster', async () => {
  await cluster.operator();
  await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
  await everythingReady('quay');
  expect(await cluster.names(ConfigMap)).toEqual([]);
});

describe('an operator that finds everything in place', () => {
  test('writes nothing', async () => {
    const first = await cluster.operator();
    await cluster.mirror('one', bothStrategies);
    await cluster.mirror('two', { upstreamUrl: 'ghcr.io', addressing: [{ type: 'map' }] });
    await cluster.mirror('three', { upstreamUrl: 'gcr.io:8443' });
    await everythingReady('one');
    await everythingReady('three');
    await cluster.setReady(StatefulSet, 'registry-mirror-two', { replicas: 2, readyReplicas: 1 });
    await eventually(async () => expect((await cluster.conditions('two'))['Ready']).toMatch('True Ready'));
    await first.stop();
    expect(first.writes).not.toEqual([]);

    const second = await cluster.operator();
    await eventually(async () => expect(await reconciled(second.metrics)).toBeGreaterThanOrEqual(3));
    await second.stop();
    expect(second.writes).toEqual([]);
  });
});

async function reconciled({
  reconciles,
}: {
  readonly reconciles: { get(): Promise<{ values: { labels: object; value: number }[] }> };
}) {
  const { values } = await reconciles.get();
  return values
    .filter(({ labels }) => 'controller' in labels && labels.controller === 'mirrors')
    .reduce((sum, { value }) => sum + value, 0);
}
