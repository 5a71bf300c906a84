import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { applyMirror, removeMirrors, untilMirrorReady } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster } from '../support/on-cluster.ts';

describe('evictions, as draining a node asks for them', () => {
  const spec = { upstreamUrl: 'evictions.upstream.test', masqueradeUrl: 'evictions.example.test' };
  const first = 'registry-mirror-evictions-0';
  const second = 'registry-mirror-evictions-1';
  let cluster: Cluster;

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror with two replicas', async () => {
      ({ cluster } = await sharedCluster());
      after.defer(() => removeMirrors(cluster, 'evictions'));
      await applyMirror(cluster, 'evictions', { ...spec, replicas: 2 });
      await allReady(2);
    }),
  );

  test('replicas are on nodes of their own, and go one at a time', async () => {
    const nodes = await cluster.kubectl([...pods, '-o', 'jsonpath={.items[*].spec.nodeName}']);
    expect(new Set(nodes.split(' ')).size).toBe(2);

    const [one, other] = await Promise.all([evict(first), evict(second)]);
    expect([one, other].toSorted()).toEqual(['evicted', 'refused']);
    await allReady(2);
  });

  test('the only replica goes as well', async () => {
    await cluster.kubectl(['patch', 'registrymirror', 'evictions', '--type=merge', '-p', '{"spec":{"replicas":1}}']);
    await awaited('one replica', async () => {
      const names = await cluster.kubectl([...pods, '-o', 'name']);
      return names.trim() === `pod/${first}` ? undefined : names;
    });
    await budgetKnows(1);
    expect(await evict(first)).toBe('evicted');
    await allReady(1);
  });

  const pods = ['-n', namespace, 'get', 'pods', '-l', 'mirror=evictions,component=registry'];

  /** Done when so many replicas serve, and the budget has taken notice. */
  const allReady = async (replicas: number): Promise<void> => {
    await untilMirrorReady(cluster, 'evictions');
    await budgetKnows(replicas);
  };

  const budgetKnows = (healthy: number): Promise<void> =>
    awaited(`the budget has seen ${healthy} healthy pods`, async () => {
      const status = '{.status.currentHealthy} of {.status.expectedPods}, {.status.disruptionsAllowed} may go';
      const query = ['-n', namespace, 'get', 'pdb', 'registry-mirror-evictions', '-o', `jsonpath=${status}`];
      const said = await cluster.kubectl(query);
      return said === `${healthy} of ${healthy}, 1 may go` ? undefined : said;
    });

  const evict = async (pod: string): Promise<'evicted' | 'refused'> => {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`;
    try {
      await cluster.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
      return 'evicted';
    } catch (error) {
      expect(String(error)).toContain("would violate the pod's disruption budget");
      return 'refused';
    }
  };
});
