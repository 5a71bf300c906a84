import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/configuration.ts';
import { printObjects } from '../../src/output.ts';
import { readObjects } from '../../src/render/read-objects.ts';
import { renderObjects } from '../../src/render/render-objects.ts';
import { givenSettings } from '../../src/settings/given-settings.ts';
import { fixtures } from '../cli/run-program.ts';

async function render(files: readonly string[], settings: Readonly<Record<string, string>>) {
  const texts = await Promise.all(
    files.map(async (file) => readObjects(await readFile(`${fixtures}/${file}`, 'utf8'), file)),
  );
  const images = { FETCHER_IMAGE: 'fetcher:1', HOSTESS_DOCKER_TAG: '1' };
  const given = givenSettings({ TEMPLATES: './plain-template.ts', NAMESPACE: 'mirrors', ...images, ...settings }, {});
  const { objects, notes } = renderObjects(texts.flat(), await readConfiguration(given, fixtures));
  return { yaml: printObjects(objects, 'yaml'), notes };
}

describe('a rendering', () => {
  test('by hosts files of nodes', async () => {
    const { yaml, notes } = await render(['mirror.yaml', 'cluster.json'], {});
    await expect(yaml).toMatchFileSnapshot('golden/hostess.yaml.txt');
    expect(notes).toEqual([
      'RegistryMirror quay: the operator fills in its uid in ownerReferences',
      'RegistryMirror quay: the operator fills in the certificate of Secret registry-mirror-quay-tls',
    ]);
  });

  test('by the map of ImageSwap, other lines of the map kept', async () => {
    const settings = { ADDRESSING_SCHEME: 'services', IMAGESWAP_NAMESPACE: 'imageswap-system' };
    const { yaml } = await render(['cluster.json', 'mirror.yaml'], settings);
    await expect(yaml).toMatchFileSnapshot('golden/services.yaml.txt');
  });

  test('by a map that mirror-operator wrote, which is taken over', async () => {
    const settings = { ADDRESSING_SCHEME: 'services' };
    const { yaml } = await render(['mirror.yaml', 'cluster.json', 'older-map.yaml'], settings);
    expect(yaml).toContain(`  maps: |
    # written by hand
    # entrepot begin imageswap
    default::
    mirror-quay.io::10.0.0.7/mirror-quay.io
    # entrepot end imageswap
`);
  });

  test('without a Service yet, what waits for its address is said', async () => {
    const { notes } = await render(['mirror.yaml'], { ADDRESSING_SCHEME: 'services' });
    expect(notes).toContain('RegistryMirror quay: imageswap: Service registry-mirror-quay has no clusterIP');
  });

  test('is the same whatever the order of the input', async () => {
    const one = await render(['mirror.yaml', 'cluster.json'], {});
    const other = await render(['cluster.json', 'mirror.yaml'], {});
    expect(one.yaml).toBe(other.yaml);
  });

  test('of nothing is refused', async () => {
    await expect(render(['cluster.json'], {})).rejects.toThrow(
      'there is no RegistryMirror in the input (apiVersion k8s.osp.tech/v1, kind RegistryMirror)',
    );
  });
});

describe('the objects of a text', () => {
  test.each<[title: string, text: string, places: readonly string[]]>([
    [
      'documents, empty ones left out',
      '---\nkind: A\napiVersion: v1\nmetadata: {name: a}\n---\n---\n# nothing\n',
      ['f:2'],
    ],
    [
      'a list',
      '{"kind": "List", "apiVersion": "v1", "items": [{"kind": "A", "apiVersion": "v1", "metadata": {"name": "a"}}]}',
      ['f:1 item 1'],
    ],
    ['a list of one kind', 'kind: PodList\nitems: []\n', []],
    ['nothing', '', []],
  ])('%s', (_title, text, places) => {
    expect(readObjects(text, 'f').map(({ place }) => place)).toEqual(places);
  });

  test.each<[text: string, message: string]>([
    ['kind: A\nmetadata: {name: a}\n', 'f:1: this is no Kubernetes object: apiVersion: is required'],
    ['apiVersion: v1\nkind: A\nmetadata: {}\n', 'f:1: this is no Kubernetes object: metadata.name: is required'],
    ['\n\nhello\n', 'f:3: this is no Kubernetes object: the document: must be an object, got a text'],
    [
      'a: [1\n',
      'f: Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 1',
    ],
  ])('refused: %j', (text, message) => {
    expect(() => readObjects(text, 'f')).toThrow(message);
  });
});
