import { eventually } from '@entrepot/control-plane';
import { systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigMap, configureStrategy, defineStrategy } from '../../src/index.ts';
import { atRest } from '../support/at-rest.ts';
import { Cluster } from '../support/operator.ts';
import { hosts, mapIn } from '../support/plugins.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

test('when a foreign object goes that nobody watches, what was in its way is applied before long', async () => {
  const metadata = { namespace: 'default', name: `far-${cluster.namespace}` };
  const far = configureStrategy(
    defineStrategy({
      ...hosts.strategy,
      name: 'far',
      settings: z.object({}),
      options: z.object({}),
      manages: [ConfigMap],
      plan: (mirrors) => ({
        perMirror: new Map(mirrors.map(({ mirror }) => [mirror.name, {}])),
        fleet: { objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ours: 'yes' } }] },
      }),
    }),
  );
  const foreign = { namespace: cluster.namespace, name: 'map-summary' };
  for (const place of [metadata, foreign]) {
    await cluster.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: place });
  }
  const inNoTime = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms === 30_000 ? 1500 : ms, signal),
  };
  const operator = await cluster.operator([mapIn(cluster.namespace), far, hosts], {}, { clock: inNoTime });
  await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'far' }, { type: 'map' }] });
  await eventually(async () =>
    expect((await cluster.conditions('quay'))['Addressed']).toMatch(
      /^False FleetNotApplied: far: .* belongs to somebody else/,
    ),
  );
  await atRest(operator);
  await cluster.client.delete(ConfigMap, metadata);
  await eventually(async () => {
    expect(await cluster.client.get(ConfigMap, metadata)).toMatchObject({ data: { ours: 'yes' } });
    expect((await cluster.conditions('quay'))['Addressed']).toMatch(/^False FleetNotApplied: map: /);
  });
  await cluster.client.delete(ConfigMap, metadata);
});
