import { eventually } from '@entrepot/control-plane';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NetworkPolicy, PodDisruptionBudget, StatefulSet } from '../../src/index.ts';
import { LimitedAccount } from '../support/limited-account.ts';
import { Cluster } from '../support/operator.ts';

const upstreamUrl = 'quay.io';
const ours = 'registry-mirror-quay';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const budgets = async (): Promise<readonly string[]> => cluster.names(PodDisruptionBudget);

test("a mirror has a budget, until somebody else's selects its pods, and again when that is gone", async () => {
  await cluster.operator();
  await cluster.mirror('quay', { upstreamUrl });
  await eventually(async () => expect(await budgets()).toEqual([ours]));
  const metadata = { namespace: cluster.namespace, name: 'theirs' };
  await cluster.client.create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { minAvailable: 1, selector: { matchLabels: { mirror: 'quay' } } },
  });
  await eventually(async () => expect(await budgets()).toEqual(['theirs']));
  await cluster.client.delete(PodDisruptionBudget, metadata);
  await eventually(async () => expect(await budgets()).toEqual([ours]));
});

test('the NetworkPolicy comes and goes with its setting', async () => {
  const first = await cluster.operator(undefined, { hasNetworkPolicy: true });
  await cluster.mirror('quay', { upstreamUrl });
  await eventually(async () => expect(await cluster.names(NetworkPolicy)).toEqual([ours]));
  await first.stop();
  await cluster.operator();
  await eventually(async () => expect(await cluster.names(NetworkPolicy)).toEqual([]));
  await eventually(async () => expect(await budgets()).toEqual([ours]));
});

test('an operator with the rights of before these came looks after mirrors all the same, and says what it may not do', async () => {
  const account = new LimitedAccount(cluster);
  const groups = ['', 'apps', 'k8s.osp.tech', 'events.k8s.io'];
  const client = await account.connect([{ apiGroups: groups, resources: ['*'], verbs: ['*'] }]);
  const operator = await cluster.operator(undefined, {}, { client });
  await cluster.mirror('quay', { upstreamUrl });
  await eventually(async () => expect(await cluster.names(StatefulSet)).toEqual([ours]));
  await cluster.setReady(StatefulSet, ours, { replicas: 2, readyReplicas: 2 });
  await eventually(async () => {
    const { CacheAvailable } = await cluster.conditions('quay');
    expect(CacheAvailable).toMatch(/^True Unguarded: 2 of 2 replicas are ready; .*poddisruptionbudgets.* is forbidden/);
  });
  await operator.stop();
  await client.close();
  await account.leave();
});
