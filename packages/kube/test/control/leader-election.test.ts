import { eventually } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LeaderElection, LeadershipLostError, type KubeClient, type KubernetesObject } from '../../src/index.ts';
import { clusterClient, freshNamespace } from '../support/cluster.ts';

const Lease = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' };

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

describe('leader election', () => {
  let client: KubeClient;
  let namespace: string;

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  function candidate(name: string, identity: string, log: string[], leaseDurationMs = 6_000) {
    const timing = { leaseDurationMs, renewDeadlineMs: leaseDurationMs - 1_000, retryMs: 200 };
    const election = new LeaderElection({ client, namespace, name, identity, ...timing });
    const stop = new AbortController();
    const run = election.run(async (signal) => {
      log.push(`${identity} leads`);
      await untilAborted(signal);
      log.push(`${identity} ${signal.reason instanceof LeadershipLostError ? 'lost' : 'ends'}`);
    }, stop.signal);
    return { election, stop, run };
  }

  test('one leads; when it ends, the next takes over at once', async () => {
    const log: string[] = [];
    const one = candidate('handover', 'one', log, 120_000);
    await eventually(() => {
      expect(log).toEqual(['one leads']);
    });
    const two = candidate('handover', 'two', log, 120_000);
    one.stop.abort();
    await one.run;
    await eventually(() => {
      expect(log).toEqual(['one leads', 'one ends', 'two leads']);
    });
    expect(two.election.isLeader).toBe(true);
    two.stop.abort();
    await two.run;
    expect(await client.get(Lease, { namespace, name: 'handover' })).toMatchObject({ spec: { holderIdentity: '' } });
  });

  test('a leader keeps the lease for as long as it renews', async () => {
    const log: string[] = [];
    const one = candidate('kept', 'one', log);
    await eventually(() => {
      expect(log).toEqual(['one leads']);
    });
    const two = candidate('kept', 'two', log);
    const renewedAt = async () => (await client.get<Renewed>(Lease, { namespace, name: 'kept' }))?.spec.renewTime ?? '';
    const began = Date.parse(await renewedAt());
    await eventually(async () => expect(Date.parse(await renewedAt()) - began).toBeGreaterThan(7_000));
    expect(log).toEqual(['one leads']);
    one.stop.abort();
    two.stop.abort();
    await Promise.all([one.run, two.run]);
  });

  test('a leader whose lease was taken stops at once and stands again', async () => {
    const log: string[] = [];
    const one = candidate('taken', 'one', log);
    await eventually(() => {
      expect(log).toEqual(['one leads']);
    });
    await eventually(async () => {
      const lease = await client.get<Renewed>(Lease, { namespace, name: 'taken' });
      if (lease !== undefined) await client.update({ ...lease, spec: { ...lease.spec, holderIdentity: 'other' } });
    });
    await eventually(() => {
      expect(log).toEqual(['one leads', 'one lost', 'one leads']);
    });
    one.stop.abort();
    await one.run;
  });
});

interface Renewed extends KubernetesObject {
  readonly spec: { readonly renewTime: string };
}
