import { eventually } from '@entrepot/control-plane';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cluster } from '../support/operator.ts';

const names = Array.from({ length: 12 }, (_, index) => `mirror-${index}`);
let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

/** Everything is applied and reported; the rest is for pods and nodes. */
async function isApplied(mirror: string): Promise<void> {
  await eventually(async () => {
    const { Ready, Addressed } = await cluster.conditions(mirror);
    expect([Ready, Addressed]).toEqual([
      'False NoReplicaReady: 0 of 2 replicas are ready',
      'False NodesPending: no node is prepared yet',
    ]);
  });
}

test('many mirrors at once cost at most nine writes each until all of them is there, their status included, and no read', async () => {
  const operator = await cluster.operator();
  await Promise.all(names.map(async (name) => cluster.mirror(name, { upstreamUrl: `${name}.example.com` })));
  await Promise.all(names.map(isApplied));
  await operator.stop();
  const of = (requests: readonly string[], mirror: string) =>
    requests.filter((request) => new RegExp(`mirror-${mirror}\\b|registrymirrors/${mirror}\\b`).test(request));
  expect(names.flatMap((name) => of(operator.reads, name))).toEqual([]);
  for (const name of names) {
    const writes = of(operator.writes, name);
    expect(writes.filter((write) => write.startsWith('POST'))).toHaveLength(7);
    expect(writes.length).toBeLessThanOrEqual(9);
  }
});
