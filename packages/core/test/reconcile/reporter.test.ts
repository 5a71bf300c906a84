import { EventRecorder, type KubernetesObject } from '@entrepot/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RegistryMirror } from '../../src/index.ts';
import { Reporter } from '../../src/reconcile/reporter.ts';
import { Cluster } from '../support/operator.ts';

const key = { name: 'quay' };
let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

/** The mirror as informers have it. */
async function seen(): Promise<KubernetesObject> {
  const mirror = await cluster.client.get(RegistryMirror, key);
  if (mirror === undefined) throw new Error('the mirror is gone');
  const { managedFields: _, ...metadata } = mirror.metadata;
  return { ...mirror, metadata };
}

test('a status is an echo when it was written here, and nothing else of the mirror is new', async () => {
  const { client } = cluster;
  const reporter = new Reporter({ client, events: new EventRecorder({ client, component: 'test' }) });
  await cluster.mirror(key.name, { upstreamUrl: 'quay.io' });
  const before = await seen();
  const problems = [{ field: 'spec', message: 'is refused' }];
  const refused = { kind: 'invalid', object: before, problems, isWithdrawn: false } as const;

  await reporter.report(refused, {}, new AbortController().signal);
  const told = await seen();
  expect(reporter.isEcho(told, before)).toBe(true);
  expect(reporter.isEcho(told, undefined)).toBe(false);
  expect(reporter.isEcho(told, { ...before, metadata: { ...before.metadata, labels: { a: 'b' } } })).toBe(false);

  const others = { status: { address: '10.0.0.1' } };
  await client.patch(RegistryMirror, key, others, { type: 'merge', subresource: 'status' });
  expect(reporter.isEcho(await seen(), told)).toBe(false);
});
