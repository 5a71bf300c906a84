import { eventually } from '@entrepot/control-plane';
import { loadConnection } from '@entrepot/kube';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { StatefulSet } from '../../src/index.ts';
import { Cluster } from '../support/operator.ts';
import { TardyClient } from '../support/tardy-client.ts';

const names = Array.from({ length: 30 }, (_, index) => `mirror-${index}`);
let cluster: Cluster;
let client: TardyClient;
beforeEach(async () => {
  cluster = await Cluster.connect();
  client = new TardyClient(await loadConnection({ kubeconfig: inject('kubeconfig') }));
});
afterEach(async () => {
  await cluster.leave();
  await client.close();
});

async function readiness(): Promise<readonly (string | undefined)[]> {
  return Promise.all(names.map(async (name) => (await cluster.conditions(name))['Ready']));
}

test(
  'no mirror is forgotten, however late answers and events are, and in whatever order',
  { timeout: 150_000 },
  async () => {
    const all = async (ready: string) =>
      eventually(async () => expect(await readiness()).toEqual(names.map(() => ready)));
    await cluster.operator(undefined, {}, { client });
    const addressing = [{ type: 'hosts' }, { type: 'services' }];
    await Promise.all(
      names.map(async (name) => cluster.mirror(name, { upstreamUrl: `${name}.example.com`, addressing })),
    );
    await all('False NoReplicaReady: 0 of 2 replicas are ready');
    for (const name of names) {
      await cluster.nodesAnswer(name, 3);
      await cluster.setReady(StatefulSet, `registry-mirror-${name}`, { replicas: 2, readyReplicas: 2 });
    }
    await all('True Ready: images are mirrored');
  },
);
