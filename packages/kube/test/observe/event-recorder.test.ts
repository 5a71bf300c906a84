import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventRecorder, type KubeClient, type KubernetesObject } from '../../src/index.ts';
import { newEvent } from '../../src/observe/event.ts';
import { clusterClient, configMap, freshNamespace } from '../support/cluster.ts';
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
