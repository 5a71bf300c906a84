import { eventually } from '@entrepot/control-plane';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigMap, DaemonSet, RegistryMirror, Secret, Service, StatefulSet } from '../../src/index.ts';
import { Cluster } from '../support/operator.ts';
import { like } from '../support/matching.ts';
import { hosts, mapIn } from '../support/plugins.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const everywhere = { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, { type: 'map' }] };

/** The garbage collector looks for new kinds, such as RegistryMirror here, every 30 seconds. */
const collectedMs = 60_000;

async function converged(name: string): Promise<void> {
  await eventually(async () => {
    expect(await cluster.names(ConfigMap)).toContain(`map-of-${name}`);
    expect(await cluster.names(StatefulSet)).toContain(`registry-mirror-${name}`);
    expect(await cluster.names(DaemonSet)).toContain(`registry-mirror-${name}-utils`);
  });
}

async function data(name: string): Promise<unknown> {
  return (await cluster.client.get(ConfigMap, { namespace: cluster.namespace, name }))?.['data'];
}

async function specOf(name: string): Promise<string> {
  const server = await cluster.client.get(StatefulSet, { namespace: cluster.namespace, name });
  return JSON.stringify(server?.['spec']);
}

const patchSpec = async (name: string, spec: object) =>
  cluster.client.patch(RegistryMirror, { name }, { spec }, { type: 'merge' });

describe('when a mirror goes', () => {
  test(
    'what it owned is collected and the fleet does without it, the last one included',
    async () => {
      await cluster.operator();
      await cluster.mirror('quay', everywhere);
      await converged('quay');
      await eventually(async () => {
        expect(await data('map-summary')).toEqual({ count: '1' });
        expect(await data('others')).toEqual({ maps: like(/mirror-quay/) });
      });
      await cluster.deleteMirror('quay');
      await eventually(async () => {
        expect(await cluster.names(StatefulSet)).toEqual([]);
        expect(await cluster.names(DaemonSet)).toEqual([]);
        expect(await cluster.names(Secret)).toEqual(['entrepot-ca']);
        expect(await data('map-summary')).toEqual({ count: '0' });
        expect(await data('others')).toEqual({ maps: '' });
      }, collectedMs);
    },
    2 * collectedMs,
  );

  test('while no operator ran, the next one puts the fleet right', async () => {
    const first = await cluster.operator();
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    await eventually(async () => expect(await data('map-summary')).toEqual({ count: '1' }));
    await first.stop();
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    await cluster.operator();
    await eventually(async () => expect(await data('map-summary')).toEqual({ count: '0' }));
  });
});

describe('when a mirror is made again under its name', () => {
  test(
    'the objects of the one before are waited for, then it gets its own',
    async () => {
      await cluster.operator();
      await cluster.mirror('quay', everywhere);
      await converged('quay');
      await cluster.deleteMirror('quay');
      const { uid } = (await cluster.mirror('quay', everywhere)).metadata;
      await eventually(async () => {
        for (const kind of [StatefulSet, DaemonSet, Service, Secret, ConfigMap]) {
          const { items } = await cluster.client.list(kind, {
            namespace: cluster.namespace,
            labelSelector: 'mirror=quay',
          });
          expect(items.length).toBeGreaterThan(0);
          for (const { metadata } of items) expect(metadata.ownerReferences).toMatchObject([{ uid }]);
        }
        expect((await cluster.conditions('quay'))['Ready']).toBe('False NoReplicaReady: 0 of 2 replicas are ready');
      }, collectedMs);
    },
    2 * collectedMs,
  );
});

describe('when a mirror changes', () => {
  test('another upstream is rendered and rolls the pods', async () => {
    await cluster.operator();
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    const before = await specOf('registry-mirror-quay');
    await patchSpec('quay', { upstreamUrl: 'docker.io', masqueradeUrl: 'mirror-quay.io' });
    await eventually(async () => {
      const secret = await cluster.client.get(Secret, {
        namespace: cluster.namespace,
        name: 'registry-mirror-quay-secret',
      });
      expect(secret).toMatchObject({
        data: {
          'default.conf': Buffer.from('# mirror-quay.io for registry-1.docker.io, at IPv4\n').toString('base64'),
        },
      });
      expect(await specOf('registry-mirror-quay')).not.toBe(before);
    });
  });

  test('other credentials are shown to its pods, which roll for that', async () => {
    await cluster.operator();
    await cluster.mirror('quay', { ...everywhere, credentialsSecret: 'login' });
    await converged('quay');
    expect(await specOf('registry-mirror-quay')).toContain('"secretName":"login"');
    await patchSpec('quay', { credentialsSecret: 'other-login' });
    await eventually(async () => {
      const spec = await specOf('registry-mirror-quay');
      expect(spec).toContain('"secretName":"other-login"');
      expect(spec).not.toContain('"secretName":"login"');
    });
  });

  test('a strategy it uses no more takes its objects along', async () => {
    await cluster.operator();
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    await eventually(async () => expect(await data('others')).toEqual({ maps: like(/mirror-quay/) }));
    await patchSpec('quay', { addressing: [] });
    await eventually(async () => {
      await cluster.nodesAnswer('quay', 1).catch(() => undefined);
      expect(await cluster.names(DaemonSet)).toEqual([]);
      expect(await cluster.names(ConfigMap)).not.toContain('map-of-quay');
      expect(await data('others')).toEqual({ maps: '' });
    });
    expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']);
  });

  test('a node agent that is wanted no more goes, whatever labels the settings gave it', async () => {
    await cluster.operator(undefined, { workloadLabels: { app: 'theirs' } });
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    await patchSpec('quay', { addressing: [{ type: 'map' }] });
    await eventually(async () => {
      const name = 'registry-mirror-quay-utils';
      const agent = await cluster.client.get(DaemonSet, { namespace: cluster.namespace, name });
      const nodes = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 };
      const status = { ...nodes, currentNumberScheduled: 1, numberMisscheduled: 0 };
      // It stays until every node has forgotten the mirror.
      const observedGeneration = agent?.metadata.generation;
      if (agent !== undefined) await cluster.setReady(DaemonSet, name, { ...status, observedGeneration });
      expect(agent).toBeUndefined();
    });
    expect(await cluster.names(Secret)).toContain('registry-mirror-quay-secret');
  });

  test('volumes cannot change: they stay, that is said, and everything else still changes', async () => {
    await cluster.operator();
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    const volumeClaimTemplate = { spec: { resources: { requests: { storage: '50Gi' } } } };
    await patchSpec('quay', { volumeClaimTemplate, replicas: 3 });
    await eventually(async () => {
      expect(await specOf('registry-mirror-quay')).toContain('"replicas":3');
      expect((await cluster.conditions('quay'))['CacheAvailable']).toBe(
        'False NoReplicaReady: 0 of 3 replicas are ready; spec.volumeClaimTemplate asks for other volumes than exist (20Gi, ReadWriteOnce); those stay as they are',
      );
    });
  });
});

describe('when somebody interferes', () => {
  test('objects that are edited or deleted are put right', async () => {
    const { namespace } = cluster;
    await cluster.operator();
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    const server = { namespace, name: 'registry-mirror-quay' };
    await cluster.client.patch(StatefulSet, server, { spec: { replicas: 7 } }, { type: 'merge' });
    await cluster.client.delete(Secret, { namespace, name: 'registry-mirror-quay-tls' });
    await cluster.client.delete(ConfigMap, { namespace, name: 'map-summary' });
    await eventually(async () => {
      expect(await specOf('registry-mirror-quay')).toContain('"replicas":2');
      expect(await cluster.names(Secret)).toContain('registry-mirror-quay-tls');
      expect(await data('map-summary')).toEqual({ count: '1' });
    });
  });

  test('a text that others edit keeps their lines, and gets ours back', async () => {
    const { namespace } = cluster;
    await cluster.operator();
    await cluster.mirror('quay', everywhere);
    await eventually(async () => expect(JSON.stringify(await data('others'))).toContain('mirror-quay.io'));
    const key = { namespace, name: 'others' };
    await cluster.client.patch(ConfigMap, key, { data: { maps: 'theirs\n' } }, { type: 'merge' });
    await eventually(async () =>
      expect(JSON.stringify(await data('others'))).toMatch(
        /^\{"maps":"theirs\\n# entrepot begin test map\\nmirror-quay\.io 127\.64\.[0-9.]+\\n# entrepot end test map\\n"\}$/,
      ),
    );
  });
});

describe('when a strategy wants its text elsewhere', () => {
  const kind = { group: '', version: 'v1', kind: 'Namespace' };
  let elsewhere: string;
  beforeEach(async () => {
    elsewhere = `${cluster.namespace}-elsewhere`;
    await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere } });
  });
  afterEach(async () => {
    await cluster.client.delete(kind, { name: elsewhere });
  });

  test('the block moves: the old one is removed, what others wrote around it stays', async () => {
    const { namespace } = cluster;
    const first = await cluster.operator([hosts, mapIn(namespace)]);
    await cluster.mirror('quay', everywhere);
    await eventually(async () => expect(JSON.stringify(await data('others'))).toContain('mirror-quay.io'));
    await first.stop();
    await cluster.operator([hosts, mapIn(elsewhere)]);
    await eventually(async () => {
      const moved = await cluster.client.get(ConfigMap, { namespace: elsewhere, name: 'others' });
      expect(JSON.stringify(moved?.['data'])).toContain('mirror-quay.io');
      expect(await data('others')).toEqual({ maps: '' });
      expect(JSON.stringify(await data('entrepot-inventory')).match(/\.block\./g)).toHaveLength(1);
    });
  });
});

describe('when a strategy is taken from the operator', () => {
  test('everything it left is removed: objects of mirrors and of the fleet, and its text', async () => {
    const { namespace } = cluster;
    await cluster.client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'others' },
      data: { maps: 'theirs\n' },
    });
    const first = await cluster.operator([hosts, mapIn(namespace)]);
    await cluster.mirror('quay', everywhere);
    await converged('quay');
    await eventually(async () => expect(JSON.stringify(await data('others'))).toContain('mirror-quay.io'));
    await first.stop();
    await patchSpec('quay', { addressing: [{ type: 'hosts' }] });
    await cluster.operator([hosts]);
    await eventually(async () => {
      expect(await cluster.names(ConfigMap)).toEqual(['entrepot-inventory', 'others']);
      expect(await data('others')).toEqual({ maps: 'theirs\n' });
      expect(await data('entrepot-inventory')).toEqual(undefined);
    });
    expect(await cluster.names(DaemonSet)).toEqual(['registry-mirror-quay-utils']);
  });
});
