import { eventually } from '@entrepot/control-plane';
import type { KubernetesObject } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { StatefulSet } from '../../src/index.ts';
import { Cluster } from '../support/operator.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const eventShape = z.object({ type: z.string(), reason: z.string(), note: z.string() });

/** `Type Reason: note` of the events about a mirror. */
async function eventsAbout(mirror: KubernetesObject): Promise<readonly string[]> {
  const { items } = await cluster.client.list(
    { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
    { namespace: 'default', fieldSelector: `regarding.uid=${mirror.metadata.uid}` },
  );
  return items.map((event) => eventShape.parse(event)).map(({ type, reason, note }) => `${type} ${reason}: ${note}`);
}

describe('two operators with one lease', () => {
  const elect = (identity: string) => ({
    leaderElection: { name: 'entrepot', identity, leaseDurationMs: 30_000, renewDeadlineMs: 20_000, retryMs: 200 },
  });

  test('work one after the other: the second takes over when the first ends', async () => {
    const first = await cluster.operator(undefined, {}, elect('first'));
    await cluster.mirror('one', { upstreamUrl: 'quay.io' });
    await eventually(async () => expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-one']));
    const second = await cluster.operator(undefined, {}, elect('second'));
    await cluster.mirror('two', { upstreamUrl: 'ghcr.io' });
    await eventually(async () => expect(await cluster.names(StatefulSet)).toContain('registry-mirror-two'));
    expect(second.writes).toEqual([]);
    await first.stop();
    await cluster.mirror('three', { upstreamUrl: 'gcr.io' });
    await eventually(async () => expect(await cluster.names(StatefulSet)).toContain('registry-mirror-three'));
    expect(second.writes).not.toEqual([]);
  });
});

test('an operator says over HTTP that it is ready, and what it did', async () => {
  const { controller } = await cluster.operator(undefined, {}, { health: { port: 0, host: '127.0.0.1' } });
  await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
  await eventually(async () => expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']));
  const at = `http://127.0.0.1:${controller.healthPort}`;
  expect((await fetch(`${at}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${at}/metrics`)).text()).toContain(
    'entrepot_writes_total{kind="StatefulSet",outcome="created"} 1',
  );
});

test('events tell of warnings once and of transitions', async () => {
  await cluster.operator();
  const mirror = await cluster.mirror('quay', { upstreamUrl: 'https://quay.io', masqueradeURL: 'quay.io' });
  const warning =
    'Warning SpecWarning: spec.upstreamUrl names a host, without a scheme: https:// is ignored, quay.io is used';
  await eventually(async () => {
    const events = await eventsAbout(mirror);
    expect(events).toContain(warning);
    expect(events).toContain(
      'Warning SpecWarning: the operator ignores what it does not know: spec.masqueradeURL (is masqueradeUrl meant?)',
    );
    expect(events).toContain('Normal NoReplicaReady: 0 of 2 replicas are ready');
  });
  const magic = { spec: { addressing: [{ type: 'magic' }] } };
  const kind = { group: 'k8s.osp.tech', version: 'v1', kind: 'RegistryMirror' };
  await cluster.client.patch(kind, { name: 'quay' }, magic, { type: 'merge' });
  await eventually(async () =>
    expect(await eventsAbout(mirror)).toContain(
      'Warning InvalidSpec: spec.addressing[0].type: unknown strategy magic, known are hosts, map, services',
    ),
  );
  expect((await eventsAbout(mirror)).filter((event) => event === warning)).toHaveLength(1);
});
