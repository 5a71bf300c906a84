import { eventually } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Controller, done, EventRecorder, Manager, type KubeClient, type KubernetesObject } from '../../src/index.ts';
import { newEvent } from '../../src/observe/event.ts';
import { clusterClient, configMap, freshNamespace } from '../support/cluster.ts';
import { JumpingClock } from '../support/jumping-clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const Event = { group: 'events.k8s.io', version: 'v1', kind: 'Event' };
const ready = { type: 'Normal', reason: 'Ready', message: 'all is well' } as const;

describe('the event recorder', () => {
  let client: KubeClient;
  let namespace: string;
  const recorder = () => new EventRecorder({ client, component: 'example/test', instance: 'pod-0' });
  const eventsOf = async ({ metadata }: KubernetesObject) =>
    (await client.list(Event, { namespace: metadata.namespace, fieldSelector: `regarding.name=${metadata.name}` }))
      .items;

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  test('reports what happened to an object', async () => {
    const regarding = await client.create(configMap(namespace, 'a'));
    const events = recorder();
    events.record(regarding, { ...ready, type: 'Warning', action: 'Apply' });
    await events.flush();
    expect(await eventsOf(regarding)).toMatchObject([
      {
        type: 'Warning',
        reason: 'Ready',
        note: 'all is well',
        action: 'Apply',
        reportingController: 'example/test',
        reportingInstance: 'pod-0',
        regarding: { kind: 'ConfigMap', name: 'a', namespace, uid: regarding.metadata.uid },
      },
    ]);
  });

  test('repetitions are one event with a count', async () => {
    const regarding = configMap(namespace, 'b');
    const events = recorder();
    for (let repetition = 0; repetition < 50; repetition++) events.record(regarding, ready);
    for (let repetition = 0; repetition < 3; repetition++) {
      events.record(regarding, { ...ready, message: 'something else' });
    }
    await events.flush();
    const found = await eventsOf(regarding);
    expect(
      found.map(({ note, series }) => ({ note, series })).sort((a, b) => String(a.note).localeCompare(String(b.note))),
    ).toMatchObject([
      { note: 'all is well', series: { count: 50 } },
      { note: 'something else', series: { count: 3 } },
    ]);
  });

  test('what was recorded last, by a reconcile that ended with the program, is written', async () => {
    const regarding = await client.create(configMap(namespace, 'last'));
    const events = recorder();
    const stop = new AbortController();
    const controller = new Controller({
      name: 'last',
      async reconcile() {
        stop.abort();
        for (let repetition = 0; repetition < 3; repetition++) events.record(regarding, ready);
        return done;
      },
    });
    controller.enqueue('last');
    await new Manager({ events }).add(controller).run(stop.signal);
    expect(await eventsOf(regarding)).toMatchObject([{ reason: 'Ready', series: { count: 3 } }]);
  });

  test('a repetition is written in its time, whatever the time of day is set to', async () => {
    const regarding = await client.create(configMap(namespace, 'repeated'));
    const clock = new JumpingClock();
    const events = new EventRecorder({ client, component: 'example/test', clock });
    events.record(regarding, ready);
    await events.flush();
    clock.set(-24 * 3_600_000);
    clock.suspend(11_000);
    events.record(regarding, ready);
    await eventually(async () => expect(await eventsOf(regarding)).toMatchObject([{ series: { count: 2 } }]));
  });

  test('a repetition that came too soon is written when the clock says that it is time', async () => {
    const regarding = await client.create(configMap(namespace, 'later'));
    const clock = new ManualClock();
    const events = new EventRecorder({ client, component: 'example/test', clock });
    events.record(regarding, ready);
    await eventually(async () => expect(await eventsOf(regarding)).toHaveLength(1));
    events.record(regarding, ready);
    await eventually(async () => {
      await clock.advance(5_000);
      expect(await eventsOf(regarding)).toMatchObject([{ series: { count: 2 } }]);
    });
  });

  test('a flush can be given up', async () => {
    const events = recorder();
    events.record(configMap(namespace, 'given-up'), ready);
    await expect(events.flush(AbortSignal.abort())).resolves.toBeUndefined();
  });

  test('never fails: an event that is refused is dropped with a word in the log', async () => {
    const { logger, lines } = recordingLogger();
    const events = new EventRecorder({ client, component: 'example/test', logger });
    events.record(configMap('nowhere', 'a'), ready);
    await events.flush();
    expect(lines).toEqual(['warn: an event could not be recorded']);
  });
});

describe('an event', () => {
  const regarding = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
  const source = { component: 'c', instance: 'i' };

  test('of a cluster-scoped object lives in default', () => {
    expect(newEvent(regarding, ready, source, 0).metadata.namespace).toBe('default');
  });

  test('has a note of at most 1024 characters', () => {
    const note = newEvent(regarding, { ...ready, message: 'x'.repeat(2_000) }, source, 0)['note'];
    expect(note).toBe(`${'x'.repeat(1_023)}…`);
  });
});
