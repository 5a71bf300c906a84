import { eventually } from '@entrepot/control-plane';
import { KubeClient, loadConnection, Metrics, systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { ConfigMap, DaemonSet, RegistryMirror, StatefulSet } from '../../src/index.ts';
import { atRest } from '../support/at-rest.ts';
import { like } from '../support/matching.ts';
import { finalizersOf, onNodes, onThreeNodes, quay, unreadyAgent, warningsAbout } from '../support/nodes.ts';
import { Cluster } from '../support/operator.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const finalizer = 'entrepot.k8s.osp.tech/nodes';
/** The garbage collector looks for new kinds, such as RegistryMirror here, every 30 seconds. */
const collectedMs = 60_000;
const inTenMinutes = like(/; waits until 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

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

/** Deletes a mirror the moment before the operator tells it to wait for its nodes. */
class HastyUser extends KubeClient {
  readonly madeAgents: string[] = [];

  override async request<T>(...args: Parameters<KubeClient['request']>): Promise<T> {
    const [method, path] = args;
    if (method === 'PATCH' && /\/registrymirrors\/[^/]+$/.test(path)) await super.request('DELETE', path);
    if (method !== 'GET' && path.includes('/daemonsets')) this.madeAgents.push(`${method} ${path}`);
    return super.request<T>(...args);
  }
}

describe('a mirror that is deleted', () => {
  test('before anything gets onto nodes gets no agents any more', async () => {
    const client = new HastyUser(await loadConnection({ kubeconfig: inject('kubeconfig') }));
    const metrics = new Metrics();
    const operator = await cluster.operator(undefined, {}, { client, metrics });
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await eventually(async () => expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined());
    await atRest({ metrics });
    expect(client.madeAgents).toEqual([]);
    await operator.stop();
    await client.close();
  });

  test(
    'leaves the fleet at once, serves until its nodes have forgotten it, and leaves nothing behind',
    async () => {
      await cluster.operator();
      await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, { type: 'map' }] });
      expect(await finalizersOf(cluster, 'quay')).toEqual([finalizer]);
      await cluster.client.delete(RegistryMirror, { name: 'quay' });
      await eventually(async () => {
        expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay });
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
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    await first.stop();
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    expect(await onNodes(cluster, 'quay')).toEqual({ kept: quay, withdrawn: [] });
    await cluster.operator();
    await eventually(async () => expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay }));
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined());
  });

  test('while no operator runs is taken from nodes, however late the next one comes, and whatever its clock says', async () => {
    const first = await cluster.operator();
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    await first.stop();
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    const anHourLater = { ...systemClock, now: () => systemClock.now() + 3_600_000 };
    await cluster.operator(undefined, {}, { clock: anHourLater });
    await eventually(async () => {
      expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay });
      expect(await withdrawn('quay')).toEqual(inTenMinutes);
    });
    await cluster.nodesAnswer('quay', 3);
    await eventually(async () => expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined());
  });

  test('while nodes are off waits for them until the limit, then goes and says which nodes it left behind', async () => {
    await cluster.operator(undefined, { nodeWithdrawalLimitMs: 4000 });
    const mirror = await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    const off = await unreadyAgent(cluster);
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    await eventually(async () => expect(await withdrawn('quay')).toMatch(/^False NodesPending: /));
    await eventually(async () => {
      expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined();
      expect(await warningsAbout(cluster, mirror)).toEqual([
        `NodesLeftBehind: RegistryMirror quay: ${off} did not answer in time and may still have name mirror-quay.io, /etc/docker/certs.d/mirror-quay.io: remove that by hand when they are back`,
      ]);
    });
  });

  test('whose name another one takes over leaves that to the other one', async () => {
    await cluster.operator();
    await onThreeNodes(cluster, 'older', { upstreamUrl: 'quay.io' });
    await cluster.mirror('younger', { upstreamUrl: 'example.com', masqueradeUrl: 'mirror-quay.io' });
    await eventually(async () => expect((await cluster.conditions('younger'))['Ready']).toMatch(/^False Conflict: /));
    expect(await finalizersOf(cluster, 'younger')).toEqual([]);
    await cluster.client.delete(RegistryMirror, { name: 'older' });
    await eventually(async () => {
      expect(await cluster.client.get(RegistryMirror, { name: 'older' })).toBeUndefined();
      expect(await onNodes(cluster, 'younger')).toEqual({ kept: quay, withdrawn: [] });
    });
  });
});
