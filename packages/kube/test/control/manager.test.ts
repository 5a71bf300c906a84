import { eventually } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Controller, done, Informer, LeaderElection, Manager, Metrics, type KubeClient } from '../../src/index.ts';
import { clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';

describe('the manager', () => {
  let client: KubeClient;
  let namespace: string;

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
    await client.create(configMap(namespace, 'known'));
  });
  afterAll(() => client.close());

  test('runs controllers only when the informers are complete, and this replica leads', async () => {
    const informer = new Informer({ client, kind: ConfigMap, namespace });
    const seen: string[] = [];
    const controller = new Controller({
      name: 'test',
      async reconcile(key) {
        seen.push(`${key} ${informer.hasSynced} ${election.isLeader}`);
        return done;
      },
    });
    controller.watch(informer, ({ metadata }) => (metadata.name === 'known' ? [metadata.name] : []));
    const election = new LeaderElection({ client, namespace, name: 'manager', identity: 'a' });
    const stop = new AbortController();
    const run = new Manager({ leaderElection: election }).add(controller, informer).run(stop.signal);
    await eventually(() => {
      expect(seen).toEqual(['known true true']);
    });
    stop.abort();
    await run;
    expect(election.isLeader).toBe(false);
  });

  test('is ready when the informers are complete, and shows metrics', async () => {
    const metrics = new Metrics();
    const missing = new Informer({ client, kind: { group: 'nobody.example', version: 'v1', kind: 'Nothing' } });
    const stop = new AbortController();
    const manager = new Manager({ metrics, health: { port: 0, host: '127.0.0.1' } }).add(missing);
    const run = manager.run(stop.signal);
    await eventually(() => {
      expect(manager.healthPort).toBeDefined();
    });
    const answer = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${manager.healthPort}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await answer('/livez')).toBe('200 ok\n');
    expect(await answer('/readyz')).toBe('503 not ready: informers\n');
    expect(await answer('/metrics')).toContain('# TYPE entrepot_reconciles_total counter');
    stop.abort();
    await run;
    expect(manager.healthPort).toBeUndefined();
  });

  test.each([
    { title: 'lets a reconcile under way finish', drainMs: 10_000, needsMs: 200, outcome: 'finished' },
    { title: 'aborts it when that takes too long', drainMs: 100, needsMs: 10_000, outcome: 'aborted' },
  ])('at the end, $title', async ({ drainMs, needsMs, outcome }) => {
    const started = Promise.withResolvers<void>();
    let ended = '';
    const controller = new Controller({
      name: 'test',
      async reconcile(_, signal) {
        const { promise, resolve } = Promise.withResolvers<string>();
        const timer = setTimeout(() => resolve('finished'), needsMs);
        signal.addEventListener('abort', () => resolve('aborted'));
        started.resolve();
        ended = await promise;
        clearTimeout(timer);
        return done;
      },
    });
    controller.enqueue('a');
    const stop = new AbortController();
    const run = new Manager({ drainMs }).add(controller).run(stop.signal);
    await started.promise;
    stop.abort();
    await run;
    expect(ended).toBe(outcome);
  });

  test('keeps informers running where there is nothing else', async () => {
    const informer = new Informer({ client, kind: ConfigMap, namespace });
    const stop = new AbortController();
    const run = new Manager().add(informer).run(stop.signal);
    await informer.synced();
    await client.create(configMap(namespace, 'later'));
    await eventually(() => {
      expect(informer.store.get({ namespace, name: 'later' })).toBeDefined();
    });
    stop.abort();
    await run;
  });

  test('ends everything when a part fails, with its error', async () => {
    const failing = {
      run: async () => {
        throw new Error('port taken');
      },
    };
    const controller = new Controller({ name: 'test', reconcile: async () => done });
    await expect(new Manager().add(controller, failing).run(new AbortController().signal)).rejects.toThrow(
      'port taken',
    );
  });
});
