import { eventually } from '@entrepot/control-plane';
import { systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigMap, DaemonSet, RegistryMirror, StatefulSet } from '../../src/index.ts';
import { fastClock } from '../support/fast-clock.ts';
import { like } from '../support/matching.ts';
import { agentOf, finalizersOf, onNodes, onThreeNodes, quay, unplacedAgent, unreadyAgent } from '../support/nodes.ts';
import { Cluster } from '../support/operator.ts';
import { hosts, mapIn } from '../support/plugins.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const finalizer = 'entrepot.k8s.osp.tech/nodes';

const patchSpec = async (name: string, spec: object) =>
  cluster.client.patch(RegistryMirror, { name }, { spec }, { type: 'merge' });

const withdrawn = async (name: string): Promise<string | undefined> => (await cluster.conditions(name))['Withdrawn'];

describe('a mirror that nodes are to know otherwise', () => {
  const renamed = ['cache.example.org', '/etc/docker/certs.d/cache.example.org'];

  test('by a new name takes the old one from every node, and no longer', async () => {
    await cluster.operator();
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', { masqueradeUrl: 'cache.example.org' });
    await eventually(async () => expect(await onNodes(cluster, 'quay')).toEqual({ kept: renamed, withdrawn: quay }));
    await cluster.nodesAnswer('quay', 2, 3);
    await eventually(async () =>
      expect(await withdrawn('quay')).toBe(
        'False NodesPending: name mirror-quay.io, /etc/docker/certs.d/mirror-quay.io are being taken from nodes: 2 of 3 nodes are done',
      ),
    );
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => {
      expect(await onNodes(cluster, 'quay')).toEqual({ kept: renamed, withdrawn: [] });
      expect(await withdrawn('quay')).toBe('True NodesDone: nodes have nothing any more that is not wanted there');
    });
  });

  test.each([
    { title: 'by no strategy at all', spec: { addressing: [] } },
    { title: 'by one that needs no nodes', spec: { addressing: [{ type: 'map' }] } },
  ])('$title is taken from them before the agents go, and needs no finalizer then', async ({ spec }) => {
    await cluster.operator();
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', spec);
    await eventually(async () => expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay }));
    expect(await finalizersOf(cluster, 'quay')).toEqual([finalizer]);
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => {
      expect(await agentOf(cluster, 'quay')).toBeUndefined();
      expect(await finalizersOf(cluster, 'quay')).toEqual([]);
      expect(await withdrawn('quay')).toMatch(/^True NodesDone: /);
    });
    expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']);
  });

  test('is taken from nodes that answer in time; of the others the condition speaks', async () => {
    await cluster.operator(undefined, { nodeWithdrawalLimitMs: 3000 });
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    const off = await unreadyAgent(cluster);
    await patchSpec('quay', { addressing: [] });
    await eventually(async () => {
      expect(await agentOf(cluster, 'quay')).toBeUndefined();
      expect(await finalizersOf(cluster, 'quay')).toEqual([]);
      expect(await withdrawn('quay')).toContain(`Unknown NodesLeftBehind: ${off} did not answer in time`);
    });
  });

  test('first by a new name, for which nobody waits, and then by none: waits as long as for any other', async () => {
    let aheadMs = 0;
    await cluster.operator(undefined, {}, { clock: { ...systemClock, now: () => systemClock.now() + aheadMs } });
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', { masqueradeUrl: 'cache.example.org' });
    await eventually(async () => expect(await withdrawn('quay')).toMatch(/^False NodesPending: /));
    aheadMs = 3_600_000;
    await patchSpec('quay', { addressing: [] });
    await eventually(async () => {
      expect(await withdrawn('quay')).toMatch(/^False NodesPending: .*; waits until /);
      expect(await onNodes(cluster, 'quay')).toEqual({
        kept: [],
        withdrawn: renamed.flatMap((state, index) => [state, quay[index]]),
      });
    });
  });

  test('which an older one has now leaves that name to it', async () => {
    await cluster.operator();
    await onThreeNodes(cluster, 'older', { upstreamUrl: 'ghcr.io' });
    await eventually(async () => {
      const older = await cluster.client.get(RegistryMirror, { name: 'older' });
      expect(Date.now()).toBeGreaterThan(Date.parse(older?.metadata.creationTimestamp ?? '') + 1000);
    });
    await onThreeNodes(cluster, 'younger', { upstreamUrl: 'quay.io' });
    await patchSpec('older', { masqueradeUrl: 'mirror-quay.io' });
    await eventually(async () => {
      expect((await cluster.conditions('younger'))['Addressed']).toMatch(/^False Conflict: /);
      expect(await agentOf(cluster, 'younger')).toBeUndefined();
      expect(await onNodes(cluster, 'older')).toEqual({
        kept: quay,
        withdrawn: ['mirror-ghcr.io', '/etc/docker/certs.d/mirror-ghcr.io'],
      });
    });
  });

  test('stays as it is on nodes while its spec is wrong', async () => {
    await cluster.operator();
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', { addressing: [{ type: 'magic' }] });
    await eventually(async () => expect((await cluster.conditions('quay'))['Ready']).toMatch(/^False InvalidSpec: /));
    expect(await onNodes(cluster, 'quay')).toEqual({ kept: quay, withdrawn: [] });
    expect(await finalizersOf(cluster, 'quay')).toEqual([finalizer]);
  });
});

test('of a mirror with a wrong spec nothing is claimed but that, until it is mended', async () => {
  await cluster.operator();
  await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
  await patchSpec('quay', { addressing: [{ type: 'typo' }] });
  const unknown =
    'Unknown NotMaintained: what is there stays as it is, and nobody looks after it while Ready says InvalidSpec';
  await eventually(async () =>
    expect(await cluster.conditions('quay')).toEqual({
      Ready: like(/^False InvalidSpec: /),
      ConfigRendered: unknown,
      CertificateReady: unknown,
      CacheAvailable: unknown,
      Addressed: unknown,
    }),
  );
  await patchSpec('quay', { addressing: [{ type: 'hosts' }] });
  await eventually(async () =>
    expect(await cluster.conditions('quay')).toMatchObject({
      ConfigRendered: like(/^True Rendered: /),
      CertificateReady: like(/^True Issued: /),
      CacheAvailable: like(/^False NoReplicaReady: /),
      Addressed: like(/^True NodesReady: /),
    }),
  );
});

describe('a strategy that is taken from the operator', () => {
  test('takes along what it had on nodes, though its mirrors still ask for it', async () => {
    const first = await cluster.operator();
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }] });
    await first.stop();
    await cluster.operator([mapIn(cluster.namespace)], { defaultAddressing: 'map' });
    await eventually(async () => {
      expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay });
      expect((await cluster.conditions('quay'))['Ready']).toBe(
        'False InvalidSpec: spec.addressing[0].type: unknown strategy hosts, known are map, services',
      );
    });
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => {
      expect(await agentOf(cluster, 'quay')).toBeUndefined();
      expect(await finalizersOf(cluster, 'quay')).toEqual([]);
    });
  });

  test('takes along its objects and its text, though its mirrors still ask for it', async () => {
    const first = await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] });
    await eventually(async () => expect((await cluster.status('quay'))['addressing']).toBe('map'));
    await eventually(async () =>
      expect(await cluster.names(ConfigMap)).toEqual(['entrepot-inventory', 'map-of-quay', 'map-summary', 'others']),
    );
    await first.stop();
    await cluster.operator([hosts]);
    await eventually(async () => {
      expect(await cluster.names(ConfigMap)).toEqual(['entrepot-inventory', 'others']);
      const others = await cluster.client.get(ConfigMap, { namespace: cluster.namespace, name: 'others' });
      expect(others?.['data']).toEqual({ maps: '' });
      expect((await cluster.conditions('quay'))['Ready']).toMatch(/^False InvalidSpec: /);
    });
  });
});

test('while work on nodes is halted, that is what conditions say', async () => {
  await cluster.operator();
  await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
  await cluster.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: cluster.namespace, name: 'entrepot-node-policy' },
    data: { halt: 'Yes, please\n' },
  });
  await cluster.nodesAnswer('quay', 0, 3);
  await eventually(async () =>
    expect((await cluster.conditions('quay'))['Addressed']).toBe(
      'False NodesPending: 0 of 3 nodes are prepared; work on nodes is halted by ConfigMap entrepot-node-policy',
    ),
  );
});

test('nodes that get no pod are counted, and the message says who knows why', async () => {
  await cluster.operator(undefined, {}, { clock: fastClock });
  await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
  await cluster.nodesAnswer('quay', 0, 3);
  await cluster.setReady(DaemonSet, 'registry-mirror-quay-utils', { currentNumberScheduled: 1 });
  const why = `kubectl -n ${cluster.namespace} describe daemonset registry-mirror-quay-utils`;
  await eventually(async () =>
    expect((await cluster.conditions('quay'))['Addressed']).toBe(
      `False NodesPending: 0 of 3 nodes are prepared; not ready: 2 nodes without a pod (${why})`,
    ),
  );
});

test.each([
  { title: 'stays unready', makeAgent: unreadyAgent },
  { title: 'has no room there', makeAgent: unplacedAgent },
])('a node whose agent $title is named', async ({ makeAgent }) => {
  await cluster.operator(undefined, {}, { clock: fastClock });
  await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
  const off = await makeAgent(cluster);
  await cluster.nodesAnswer('quay', 2, 3);
  await eventually(async () =>
    expect((await cluster.conditions('quay'))['Addressed']).toBe(
      `False NodesPending: 2 of 3 nodes are prepared; not ready: ${off}`,
    ),
  );
});
