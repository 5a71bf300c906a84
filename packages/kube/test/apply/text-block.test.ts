import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyTextBlock, type ConfigMapTextBlock, type KubeClient, type KubernetesObject } from '../../src/index.ts';
import { clusterClient, configMap, ConfigMap, freshNamespace } from '../support/cluster.ts';

describe('a text block in a ConfigMap', () => {
  let client: KubeClient;
  let namespace: string;
  const textOf = async (name: string) => (await client.get(ConfigMap, { namespace, name }))?.['data'];
  const block = (name: string, content: string, marker = 'demo') => ({
    configMap: { namespace, name },
    key: 'maps',
    marker,
    content,
  });

  const write = async (written: ConfigMapTextBlock) => applyTextBlock(client, written, { fieldManager: 'editor' });

  beforeAll(async () => {
    client = await clusterClient();
    namespace = await freshNamespace(client);
  });
  afterAll(() => client.close());

  test('makes the ConfigMap when there is none, but not for nothing', async () => {
    expect(await write(block('made', ''))).toBe('unchanged');
    expect(await textOf('made')).toBeUndefined();
    expect(await write(block('made', 'a\n'))).toBe('created');
    expect(await textOf('made')).toEqual({ maps: '# entrepot begin demo\na\n# entrepot end demo\n' });
  });

  test('keeps the lines and keys of others, and goes without a trace', async () => {
    await client.create(configMap(namespace, 'shared', { maps: 'theirs\n', other: 'x' }));
    expect(await write(block('shared', 'a\n'))).toBe('updated');
    expect(await write(block('shared', 'a\n'))).toBe('unchanged');
    expect(await textOf('shared')).toEqual({
      maps: 'theirs\n# entrepot begin demo\na\n# entrepot end demo\n',
      other: 'x',
    });
    expect(await write(block('shared', ''))).toBe('updated');
    expect(await textOf('shared')).toEqual({ maps: 'theirs\n', other: 'x' });
  });

  test('says who wrote it, when it was made and ever after', async () => {
    for (const content of ['a\n', 'b\n']) {
      await write(block('signed', content));
      const { managedFields } = (await client.get(ConfigMap, { namespace, name: 'signed' }))?.metadata ?? {};
      expect(managedFields?.map(({ manager }) => manager)).toEqual(['editor']);
    }
  });

  test('goes in place of lines that it replaces', async () => {
    await client.create(configMap(namespace, 'taken-over', { maps: 'old\ntheirs\n' }));
    const replacing = { ...block('taken-over', 'new\n'), replaces: ['old'] };
    expect(await write(replacing)).toBe('updated');
    expect(await textOf('taken-over')).toEqual({ maps: 'theirs\n# entrepot begin demo\nnew\n# entrepot end demo\n' });
  });

  test('waits for a namespace that is not there', async () => {
    const elsewhere = { ...block('made', 'a\n'), configMap: { namespace: 'nowhere', name: 'made' } };
    await expect(write(elsewhere)).rejects.toMatchObject({
      name: 'WaitingError',
      reason: 'NamespaceMissing',
      message: 'ConfigMap made is to be in namespace nowhere, which does not exist',
    });
  });

  test('many writers at once lose nothing', async () => {
    const markers = ['a', 'b', 'c', 'd'];
    await Promise.all(markers.map(async (marker) => write(block('busy', `${marker}\n`, marker))));
    const found = await client.get<KubernetesObject & { data: { maps: string } }>(ConfigMap, {
      namespace,
      name: 'busy',
    });
    const lines = found?.data.maps.split('\n').filter((line) => markers.includes(line));
    expect(lines?.sort()).toEqual(markers);
  });
});
