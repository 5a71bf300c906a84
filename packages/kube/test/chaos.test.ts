import {
  type ControlPlane,
  eventually,
  harm,
  type ProxiedRequest,
  reply,
  startControlPlane,
} from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventRecorder, KubeClient, loadConnection } from '../src/index.ts';
import { ChaosRun } from './support/chaos-run.ts';
import { configMap, freshNamespace } from './support/cluster.ts';

const Event = { group: 'events.k8s.io', version: 'v1', kind: 'Event' };
const anything = (): boolean => true;
const watches = ({ isWatch }: ProxiedRequest): boolean => isWatch;
const lists = ({ isWatch, path }: ProxiedRequest): boolean => !isWatch && path.endsWith('/widgets');
const busy = reply.status(429, 'TooManyRequests', { 'retry-after': '1' });

interface Fault {
  readonly title: string;
  /**
   * Whether the informer lists again, which it does when the API server says that it does not know what the watch is to go on from,
   * and after five failures in a row: with some faults that depends on how long it takes. Default: it does not.
   */
  readonly lists?: readonly boolean[];
  /** Begins it; the function returned ends it, for one that does not end by itself. */
  readonly begin: (run: ChaosRun) => (() => void) | void | Promise<(() => void) | void>;
}

const faults: readonly Fault[] = [
  { title: 'a watch that is half open', begin: ({ proxy }) => proxy.freezeConnections() },
  { title: 'a reset in mid-line', begin: ({ proxy }) => proxy.harmWatches(harm.resetInMidLine()) },
  { title: 'a line that is truncated', begin: ({ proxy }) => proxy.harmWatches(harm.truncatedLine()) },
  { title: 'a watch that the server ends', begin: ({ proxy }) => proxy.harmWatches(harm.ended()) },
  { title: '410 as an event', lists: [true], begin: ({ proxy }) => proxy.harmWatches(harm.expired()) },
  {
    title: '410 as the status of a watch',
    lists: [true],
    begin({ proxy }) {
      proxy.intervene(watches, reply.status(410, 'Expired'), 1);
      proxy.harmWatches(harm.ended());
    },
  },
  {
    title: '429 with Retry-After: 1, for two watches',
    begin({ proxy }) {
      proxy.intervene(watches, busy, 2);
      proxy.harmWatches(harm.ended());
    },
  },
  {
    title: '429 with Retry-After: 1, for two lists',
    lists: [true],
    begin({ proxy }) {
      proxy.intervene(lists, busy, 2);
      proxy.harmWatches(harm.expired());
    },
  },
  {
    title: '500 for two lists',
    lists: [true],
    begin({ proxy }) {
      proxy.intervene(lists, reply.status(500, 'InternalError'), 2);
      proxy.harmWatches(harm.expired());
    },
  },
  {
    title: 'a list that takes a second',
    lists: [true],
    begin({ proxy }) {
      proxy.intervene(lists, reply.late(1_000), 1);
      proxy.harmWatches(harm.expired());
    },
  },
  {
    title: 'a list that never comes',
    lists: [true],
    begin({ proxy }) {
      proxy.intervene(lists, reply.none(), 1);
      proxy.harmWatches(harm.expired());
    },
  },
  { title: 'a load balancer whose pages say 404', lists: [true, false], begin: async (run) => pagesInstead(run, 404) },
  { title: 'a load balancer whose pages say 200', lists: [true, false], begin: async (run) => pagesInstead(run, 200) },
  {
    title: 'a network that is gone',
    lists: [true, false],
    begin({ proxy }) {
      proxy.cut();
      return () => proxy.mend();
    },
  },
  {
    title: 'an API server that is stopped and started again',
    lists: [true, false],
    begin: async ({ plane }) => plane.restartApiServer(500),
  },
  { title: 'a clock that is set back by a day', begin: ({ clock }) => clock.set(-24 * 3_600_000) },
  { title: 'a clock that is set forward by a day', begin: ({ clock }) => clock.set(24 * 3_600_000) },
  {
    title: 'a machine that slept for an hour, its connections lost meanwhile',
    begin({ clock, proxy }) {
      clock.suspend(3_600_000);
      proxy.freezeConnections();
    },
  },
];

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

describe('an informer is right again, and has told everything, after', () => {
  test.each(faults)('$title', async ({ title, lists = [false], begin }) => {
    const run = await ChaosRun.start(plane);
    const before = run.lists;
    const end = await begin(run);
    const toTell = await run.change();
    end?.();
    const endedAt = performance.now();
    await run.isRight();
    process.stdout.write(`right again after ${Math.round(performance.now() - endedAt)} ms: ${title}\n`);
    expect(run.toldOf()).toEqual(toTell);
    expect(run.impossible).toEqual([]);
    expect(lists).toContain(run.lists > before);
    await run.hasOneWatch();
    await run.end();
  });
});

describe('an API server that is away', () => {
  test('is told of events when it is back', async () => {
    const { proxy, kubeconfig } = await plane.startProxy();
    const client = new KubeClient(await loadConnection({ kubeconfig }));
    const events = new EventRecorder({ client, component: 'example/test' });
    const regarding = await client.create(configMap(await freshNamespace(client), 'a'));
    proxy.cut();
    events.record(regarding, { type: 'Normal', reason: 'First', message: 'while it was away' });
    events.record(regarding, { type: 'Normal', reason: 'Second', message: 'while it was away' });
    await events.flush();
    proxy.mend();
    await events.flush();
    const { items } = await client.list(Event, { namespace: regarding.metadata.namespace });
    expect(new Set(items.map(({ reason }) => reason))).toEqual(new Set(['First', 'Second']));
    await client.close();
  });
});

/** Resolves when the informer has seen some. */
async function pagesInstead({ proxy }: ChaosRun, status: number): Promise<() => void> {
  const end = proxy.intervene(anything, reply.page(status, `<html><h1>${status}</h1></html>`));
  const before = proxy.requests.length;
  proxy.harmWatches(harm.ended());
  await eventually(() => {
    expect(proxy.requests.length - before).toBeGreaterThan(5);
  });
  return end;
}
