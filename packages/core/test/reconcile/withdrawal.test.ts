import type { KubernetesObject } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigMap, DaemonSet, RegistryMirror, StatefulSet } from '../../src/index.ts';
import { heldNodeState } from '../../src/plan/held-node-state.ts';
import { eventually } from '../support/eventually.ts';
import { like } from '../support/matching.ts';
import { Cluster } from '../support/operator.ts';
import { hosts, mapIn } from '../support/plugins.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

/** The garbage collector looks for new kinds, such as RegistryMirror here, every 30 seconds. */
const collectedMs = 60_000;
const finalizer = 'entrepot.k8s.osp.tech/nodes';
const quay = ['mirror-quay.io', '/etc/docker/certs.d/mirror-quay.io'];
const inTenMinutes = like(/; waits until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

async function agentOf(mirror: string): Promise<KubernetesObject | undefined> {
  return cluster.client.get(DaemonSet, { namespace: cluster.namespace, name: `registry-mirror-${mirror}-utils` });
}

/** What the live DaemonSet of a mirror keeps on nodes and takes from them. */
async function onNodes(
  mirror: string,
): Promise<{ readonly kept: readonly string[]; readonly withdrawn: readonly string[] }> {
  const { kept, withdrawn } = heldNodeState(await agentOf(mirror));
  const texts = (states: typeof kept): readonly string[] =>
    states.map((state) => (state.kind === 'HostsEntry' ? state.hostname : state.directory));
  return { kept: texts(kept), withdrawn: texts(withdrawn) };
}

async function finalizersOf(name: string): Promise<readonly string[]> {
  return (await cluster.client.get(RegistryMirror, { name }))?.metadata.finalizers ?? [];
}

/** A mirror whose agents are on all of three nodes. */
async function onThreeNodes(name: string, spec: object): Promise<KubernetesObject> {
  const mirror = await cluster.mirror(name, spec);
  await eventually(async () => expect(await agentOf(name)).toBeDefined());
  await cluster.nodesAnswer(name, 3);
  await eventually(async () =>
    expect((await cluster.conditions(name))['Addressed']).toBe('True NodesReady: 3 of 3 nodes are prepared'),
  );
  return mirror;
}

const patchSpec = async (name: string, spec: object) =>
  cluster.client.patch(RegistryMirror, { name }, { spec }, { type: 'merge' });

const withdrawn = async (name: string): Promise<string | undefined> => (await cluster.conditions(name))['Withdrawn'];

/** Everything that is labelled as ours, as `Kind name`. */
async function labelled(mirror: string): Promise<readonly string[]> {
  const kinds = ['Service', 'Secret', 'ConfigMap'].map((kind) => ({ group: '', version: 'v1', kind }));
  const all = [...kinds, StatefulSet, DaemonSet].map(async (kind) => {
    const { items } = await cluster.client.list(kind, {
      namespace: cluster.namespace,
      labelSelector: `app=docker-registry,mirror=${mirror}`,
    });
    return items.map(({ metadata }) => `${kind.kind} ${metadata.name}`);
  });
  return (await Promise.all(all)).flat();
}

const eventShape = z.object({ type: z.string(), reason: z.string(), note: z.string() });

async function warningsAbout({ metadata }: KubernetesObject): Promise<readonly string[]> {
  const { items } = await cluster.client.list(
    { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
    { namespace: 'default', fieldSelector: `regarding.uid=${metadata.uid}` },
  );
  const events = items.map((event) => eventShape.parse(event)).filter(({ type }) => type === 'Warning');
  return events.map(({ reason, note }) => `${reason}: ${note}`);
}

describe('a mirror that is deleted', () => {
  test(
    'leaves the fleet at once, serves until its nodes have forgotten it, and leaves nothing behind',
    async () => {
      await cluster.operator();
      await onThreeNodes('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, { type: 'map' }] });
      expect(await finalizersOf('quay')).toEqual([finalizer]);
      await cluster.client.delete(RegistryMirror, { name: 'quay' });
      await eventually(async () => {
        expect(await onNodes('quay')).toEqual({ kept: [], withdrawn: quay });
        const summary = await cluster.client.get(ConfigMap, { namespace: cluster.namespace, name: 'map-summary' });
        expect(summary?.['data']).toEqual({ count: '0' });
        expect(await cluster.conditions('quay')).toMatchObject({
          Ready: 'False Leaving: it is being deleted',
          Addressed: 'False Leaving: it is being deleted',
          Withdrawn: inTenMinutes,
        });
      });
      await cluster.nodesAnswer('quay', 2, 3);
      await eventually(async () =>
        expect(await withdrawn('quay')).toMatch(
          /^False NodesPending: name mirror-quay\.io, \/etc\/docker\/certs\.d\/mirror-quay\.io are being taken from nodes: 2 of 3 nodes are done; waits/,
        ),
      );
      expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']);
      await cluster.nodesAnswer('quay', 3);
      await eventually(async () => {
        expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined();
        expect(await labelled('quay')).toEqual([]);
      }, collectedMs);
    },
    2 * collectedMs,
  );

  test('while no operator runs waits for the next one', async () => {
    const first = await cluster.operator();
    await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
    await first.stop();
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    expect(await onNodes('quay')).toEqual({ kept: quay, withdrawn: [] });
    await cluster.operator();
    await eventually(async () => expect(await onNodes('quay')).toEqual({ kept: [], withdrawn: quay }));
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined());
  });

  test('while nodes are off waits for them until the limit, then goes and says which nodes it left behind', async () => {
    await cluster.operator(undefined, { nodeWithdrawalLimitMs: 4000 });
    const mirror = await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
    await cluster.client.create(podOnNode('node-off'));
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    await eventually(async () => expect(await withdrawn('quay')).toMatch(/^False NodesPending: /));
    await eventually(async () => {
      expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined();
      expect(await warningsAbout(mirror)).toEqual([
        'NodesLeftBehind: RegistryMirror quay: node-off did not answer in time and may still have name mirror-quay.io, /etc/docker/certs.d/mirror-quay.io: remove that by hand when they are back',
      ]);
    });
  });

  test('whose name another one takes over leaves that to the other one', async () => {
    await cluster.operator();
    await onThreeNodes('older', { upstreamUrl: 'quay.io' });
    await cluster.mirror('younger', { upstreamUrl: 'example.com', masqueradeUrl: 'mirror-quay.io' });
    await eventually(async () => expect((await cluster.conditions('younger'))['Ready']).toMatch(/^False Conflict: /));
    expect(await finalizersOf('younger')).toEqual([]);
    await cluster.client.delete(RegistryMirror, { name: 'older' });
    await eventually(async () => {
      expect(await cluster.client.get(RegistryMirror, { name: 'older' })).toBeUndefined();
      expect(await onNodes('younger')).toEqual({ kept: quay, withdrawn: [] });
    });
  });
});

describe('a mirror that nodes are to know otherwise', () => {
  const renamed = ['cache.example.org', '/etc/docker/certs.d/cache.example.org'];

  test('by a new name takes the old one from every node, and no longer', async () => {
    await cluster.operator();
    await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', { masqueradeUrl: 'cache.example.org' });
    await eventually(async () => expect(await onNodes('quay')).toEqual({ kept: renamed, withdrawn: quay }));
    await cluster.nodesAnswer('quay', 2, 3);
    await eventually(async () =>
      expect(await withdrawn('quay')).toBe(
        'False NodesPending: name mirror-quay.io, /etc/docker/certs.d/mirror-quay.io are being taken from nodes: 2 of 3 nodes are done',
      ),
    );
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => {
      expect(await onNodes('quay')).toEqual({ kept: renamed, withdrawn: [] });
      expect(await withdrawn('quay')).toBe('True NodesDone: nodes have nothing any more that is not wanted there');
    });
  });

  test.each([
    { title: 'by no strategy at all', spec: { addressing: [] } },
    { title: 'by one that needs no nodes', spec: { addressing: [{ type: 'map' }] } },
  ])('$title is taken from them before the agents go, and needs no finalizer then', async ({ spec }) => {
    await cluster.operator();
    await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', spec);
    await eventually(async () => expect(await onNodes('quay')).toEqual({ kept: [], withdrawn: quay }));
    expect(await finalizersOf('quay')).toEqual([finalizer]);
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => {
      expect(await agentOf('quay')).toBeUndefined();
      expect(await finalizersOf('quay')).toEqual([]);
      expect(await withdrawn('quay')).toMatch(/^True NodesDone: /);
    });
    expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']);
  });

  test('is taken from nodes that answer in time; of the others the condition speaks', async () => {
    await cluster.operator(undefined, { nodeWithdrawalLimitMs: 3000 });
    await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
    await cluster.client.create(podOnNode('node-off'));
    await patchSpec('quay', { addressing: [] });
    await eventually(async () => {
      expect(await agentOf('quay')).toBeUndefined();
      expect(await finalizersOf('quay')).toEqual([]);
      expect(await withdrawn('quay')).toMatch(/^Unknown NodesLeftBehind: node-off did not answer in time/);
    });
  });

  test('which an older one has now leaves that name to it', async () => {
    await cluster.operator();
    await onThreeNodes('older', { upstreamUrl: 'ghcr.io' });
    await eventually(async () => {
      const older = await cluster.client.get(RegistryMirror, { name: 'older' });
      expect(Date.now()).toBeGreaterThan(Date.parse(older?.metadata.creationTimestamp ?? '') + 1000);
    });
    await onThreeNodes('younger', { upstreamUrl: 'quay.io' });
    await patchSpec('older', { masqueradeUrl: 'mirror-quay.io' });
    await eventually(async () => {
      expect((await cluster.conditions('younger'))['Addressed']).toMatch(/^False Conflict: /);
      expect(await agentOf('younger')).toBeUndefined();
      expect(await onNodes('older')).toEqual({
        kept: quay,
        withdrawn: ['mirror-ghcr.io', '/etc/docker/certs.d/mirror-ghcr.io'],
      });
    });
  });

  test('stays as it is on nodes while its spec is wrong', async () => {
    await cluster.operator();
    await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
    await patchSpec('quay', { addressing: [{ type: 'magic' }] });
    await eventually(async () => expect((await cluster.conditions('quay'))['Ready']).toMatch(/^False InvalidSpec: /));
    expect(await onNodes('quay')).toEqual({ kept: quay, withdrawn: [] });
    expect(await finalizersOf('quay')).toEqual([finalizer]);
  });
});

describe('a strategy that is taken from the operator', () => {
  test('takes along what it had on nodes, though its mirrors still ask for it', async () => {
    const first = await cluster.operator();
    await onThreeNodes('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }] });
    await first.stop();
    await cluster.operator([mapIn(cluster.namespace)], { defaultAddressing: 'map' });
    await eventually(async () => {
      expect(await onNodes('quay')).toEqual({ kept: [], withdrawn: quay });
      expect((await cluster.conditions('quay'))['Ready']).toBe(
        'False InvalidSpec: spec.addressing[0].type: unknown strategy hosts, known are map, services',
      );
    });
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => {
      expect(await agentOf('quay')).toBeUndefined();
      expect(await finalizersOf('quay')).toEqual([]);
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
  await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
  await cluster.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: cluster.namespace, name: 'entrepot-node-policy' },
    data: { halt: 'true\n' },
  });
  await cluster.nodesAnswer('quay', 0, 3);
  await eventually(async () =>
    expect((await cluster.conditions('quay'))['Addressed']).toBe(
      'False NodesPending: 0 of 3 nodes are prepared; work on nodes is halted by ConfigMap entrepot-node-policy',
    ),
  );
});

test('nodes whose agent stays unready are named', async () => {
  await cluster.operator();
  await onThreeNodes('quay', { upstreamUrl: 'quay.io' });
  await cluster.client.create(podOnNode('node-off'));
  await cluster.nodesAnswer('quay', 2, 3);
  await eventually(
    async () =>
      expect((await cluster.conditions('quay'))['Addressed']).toBe(
        'False NodesPending: 2 of 3 nodes are prepared; not ready: node-off',
      ),
    20_000,
  );
}, 30_000);

/** An agent's pod of the mirror `quay` that never gets ready. */
function podOnNode(nodeName: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: cluster.namespace,
      name: `agent-on-${nodeName}`,
      labels: { app: 'docker-registry', mirror: 'quay', component: 'hostess-certificate' },
    },
    spec: { nodeName, containers: [{ name: 'agent', image: 'agent' }], terminationGracePeriodSeconds: 0 },
  };
}
