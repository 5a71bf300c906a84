import { eventually } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Informer, type KubeClient } from '../../src/index.ts';
import { anyCRD, clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';
import { recordingLogger } from '../support/recording-logger.ts';

describe('an informer', () => {
  let client: KubeClient;
  let namespace: string;

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  function running(informer: Informer): Informer {
    const stop = new AbortController();
    const run = informer.run(stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await run;
    });
    return informer;
  }

  test('knows what there is, then what changes', async () => {
    const labelSelector = 'test=changes';
    const labels = { test: 'changes' };
    await client.create(configMap(namespace, 'before', {}, labels));
    await client.create(configMap(namespace, 'unlabelled'));
    const informer = running(new Informer({ client, kind: ConfigMap, namespace, labelSelector }));
    const seen: string[] = [];
    informer.onChange(({ type, object, previous }) => {
      seen.push([type, object.metadata.name, ...(previous ? [JSON.stringify(previous['data'])] : [])].join(' '));
    });
    await informer.synced();
    expect(seen).toEqual(['added before']);

    const key = { namespace, name: 'later' };
    await client.create(configMap(namespace, 'later', { a: '1' }, labels));
    await client.patch(ConfigMap, key, { data: { a: '2' } }, { type: 'merge' });
    await client.delete(ConfigMap, key);
    await eventually(() => {
      expect(seen.slice(1)).toEqual(['added later', 'updated later {"a":"1"}', 'deleted later']);
    });
    expect(informer.store.list().map(({ metadata }) => metadata.name)).toEqual(['before']);
    expect(informer.store.list('elsewhere')).toEqual([]);
  });

  test('tells a late listener what is known already', async () => {
    await client.create(configMap(namespace, 'late'));
    const informer = running(new Informer({ client, kind: ConfigMap, namespace, fieldSelector: 'metadata.name=late' }));
    await informer.synced();
    const seen: string[] = [];
    const end = informer.onChange(({ type, object }) => {
      seen.push(`${type} ${object.metadata.name}`);
    });
    expect(seen).toEqual(['added late']);
    end();
    await client.delete(ConfigMap, { namespace, name: 'late' });
    await eventually(() => {
      expect(informer.store.list()).toEqual([]);
    });
    expect(seen).toEqual(['added late']);
  });

  test('keeps objects frozen and without managedFields', async () => {
    await client.create(configMap(namespace, 'frozen', { a: '1' }));
    const informer = running(new Informer({ client, kind: ConfigMap, namespace }));
    await informer.synced();
    const found = informer.store.get({ namespace, name: 'frozen' });
    expect(found?.metadata.managedFields).toBeUndefined();
    expect(Object.isFrozen(found) && Object.isFrozen(found?.['data'])).toBe(true);
  });

  test('waits for a kind that is not installed, and says so once', async () => {
    const { logger, lines } = recordingLogger();
    const kind = { group: 'informer.example', version: 'v1', kind: 'Widget' };
    const informer = running(new Informer({ client, kind, logger }));
    await eventually(() => {
      expect(lines).toEqual(['warn: Widget is not installed; waiting for it']);
    });
    expect(informer.hasSynced).toBe(false);
    await client.create(anyCRD('informer.example', 'Widget'));
    await informer.synced();
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual(['warn: Widget is not installed; waiting for it']);
    expect(lines).toContain('info: Widget is installed now');
    await client.create({ apiVersion: 'informer.example/v1', kind: 'Widget', metadata: { namespace, name: 'w' } });
    await eventually(() => {
      expect(informer.store.list()).toHaveLength(1);
    });
  });

  test('waiting for it can be given up', async () => {
    const informer = new Informer({ client, kind: { group: 'nobody.example', version: 'v1', kind: 'Nothing' } });
    await expect(informer.synced(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    const giveUp = new AbortController();
    const waiting = informer.synced(giveUp.signal);
    giveUp.abort(new Error('too late'));
    await expect(waiting).rejects.toThrow('too late');
  });
});
