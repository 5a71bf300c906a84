import { type ApiProxy, type ControlPlane, eventually, startControlPlane } from '@entrepot/control-plane';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  KubeClient,
  LeaderElection,
  LeadershipLostError,
  loadConnection,
  type KubernetesObject,
} from '../../src/index.ts';
import { freshNamespace } from '../support/cluster.ts';
import { JumpingClock } from '../support/jumping-clock.ts';

const Lease = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' };
const leaseDurationMs = 8_000;

interface RenewedLease extends KubernetesObject {
  readonly spec: { readonly renewTime: string };
}

describe('a leader', () => {
  let plane: ControlPlane;
  let direct: KubeClient;
  let namespace: string;
  let log: string[];
  let ends: (() => Promise<void>)[];

  beforeAll(async () => {
    plane = await startControlPlane();
    direct = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
  });
  afterAll(async () => {
    await direct.close();
    await plane.stop();
  });
  beforeEach(async () => {
    log = [];
    ends = [];
    namespace = await freshNamespace(direct);
  });
  afterEach(async () => {
    for (const end of ends) await end();
  });

  async function candidate(identity: string, clock = new JumpingClock()): Promise<ApiProxy> {
    const { proxy, kubeconfig } = await plane.startProxy();
    const client = new KubeClient(await loadConnection({ kubeconfig }), { maxConnections: 1 });
    const election = new LeaderElection({ client, namespace, name: 'lead', identity, leaseDurationMs, clock });
    const stop = new AbortController();
    const run = election.run(async (signal) => {
      log.push(`${identity} leads`);
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      if (signal.reason instanceof LeadershipLostError) log.push(`${identity} lost`);
    }, stop.signal);
    ends.push(async () => {
      stop.abort();
      proxy.mend();
      await run;
      await client.close();
    });
    return proxy;
  }

  const hasLogged = async (...lines: readonly string[]) =>
    eventually(() => {
      expect(log).toEqual(lines);
    });
  const renewedAt = async () =>
    Date.parse((await direct.get<RenewedLease>(Lease, { namespace, name: 'lead' }))?.spec.renewTime ?? '');
  /** Resolves when the lease was renewed at a moment when it would have ended without. */
  const isKept = async () => {
    const from = await renewedAt();
    await eventually(async () => expect((await renewedAt()) - from).toBeGreaterThan(leaseDurationMs + 500));
  };

  test('is not deposed by a connection that hangs: the next attempt takes another', async () => {
    const proxy = await candidate('one');
    await hasLogged('one leads');
    proxy.freezeConnections();
    await isKept();
    expect(log).toEqual(['one leads']);
  });

  test('whose network is gone stops before another one begins', async () => {
    const proxy = await candidate('one');
    await hasLogged('one leads');
    await candidate('two');
    proxy.cut();
    await eventually(() => expect(log).toEqual(['one leads', 'one lost', 'two leads']));
  });

  test('that slept past its deadline stops and stands again', async () => {
    const clock = new JumpingClock();
    await candidate('one', clock);
    await hasLogged('one leads');
    clock.suspend(60_000);
    await hasLogged('one leads', 'one lost', 'one leads');
    await expect(renewedAt()).resolves.toBeGreaterThan(Date.now() + 50_000);
  });

  test('does not care about the time of day', async () => {
    const clock = new JumpingClock();
    await candidate('one', clock);
    await hasLogged('one leads');
    await candidate('two');
    clock.set(-24 * 3_600_000);
    const before = await renewedAt();
    await eventually(async () => expect(await renewedAt()).toBeLessThan(before - 23 * 3_600_000));
    await isKept();
    expect(log).toEqual(['one leads']);
  });
});
