import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkMap } from '../../src/map-check/check-map.ts';
import { textOf } from '../../src/map-check/in-cluster-map.ts';
import { MapStateRecorder } from '../../src/map-check/map-state-recorder.ts';
import { readMapState, removeMapState, writeMapState } from '../../src/map-check/map-state.ts';
import { askedProbe } from '../../src/map-check/probe.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrepot-map-'));
  file = join(folder, 'state');
});
afterEach(async () => rm(folder, { recursive: true }));

const configMap = { namespace: 'imageswap-system', name: 'imageswap-maps' };
const block = '# entrepot begin imageswap\ndefault::\na.io::10.0.0.1/a.io\n# entrepot end imageswap\n';
const state = { configMap, key: 'maps', block };
const map = 'key maps of ConfigMap imageswap-system/imageswap-maps';
const asWritten = { isAsWritten: true, message: `${map} is as the operator last wrote it` };
const changed = { isAsWritten: false, message: `${map} is not as the operator last wrote it` };

const check = async (...texts: (string | undefined | Error)[]) =>
  checkMap(
    file,
    async () => {
      const text = texts.length > 1 ? texts.shift() : texts[0];
      return text instanceof Error ? Promise.reject(text) : Promise.resolve(text);
    },
    AbortSignal.timeout(5_000),
  );

describe('the map is as the operator last wrote it', () => {
  test.each<[title: string, text: string | undefined, verdict: object]>([
    ['when it holds our block', block, asWritten],
    ['whatever others wrote around it', `[EXACT]a::b\n${block}c.io::d.io`, asWritten],
    ['but not when the ConfigMap or its key is gone', undefined, changed],
    ['nor when it is empty', '', changed],
    ['nor when a line is changed', block.replace('10.0.0.1', '10.0.0.2'), changed],
    ['nor when somebody writes into the block', block.replace('a.io', 'x.io::y.io\na.io'), changed],
    ['nor when a line of the block is commented out', `#${block}`, changed],
  ])('%s', async (_title, text, verdict) => {
    await writeMapState(file, state);
    expect(await check(text)).toEqual(verdict);
  });

  test('when it wants no block, whatever is there', async () => {
    await writeMapState(file, { ...state, block: '' });
    expect(await check('default:x\n')).toEqual(asWritten);
    expect(await check(undefined)).toEqual(asWritten);
  });

  test('when a running operator mends it meanwhile', async () => {
    await writeMapState(file, state);
    expect(await check('', block)).toEqual(asWritten);
  });

  test('when a running operator notes meanwhile what it wrote', async () => {
    await writeMapState(file, { ...state, block: 'old\n' });
    const look = checkMap(
      file,
      async () => {
        await writeMapState(file, state);
        return block;
      },
      AbortSignal.timeout(5_000),
    );
    expect(await look).toEqual(asWritten);
  });
});

describe('what a restart does not mend is no reason for one:', () => {
  test.each([
    ['nothing was written yet', undefined],
    ['the file is that of mirror-operator', '48151623'],
    ['the file is empty', ''],
  ])('%s', async (_title, text) => {
    if (text !== undefined) await writeFile(file, text);
    expect(await check(new Error('not asked'))).toEqual({
      isAsWritten: true,
      message: 'nothing was written to the map yet',
    });
  });

  test('the map cannot be read', async () => {
    await writeMapState(file, state);
    expect(await check(new Error('connect ECONNREFUSED'))).toEqual({
      isAsWritten: true,
      message: 'whether the map is as it was written cannot be told: connect ECONNREFUSED',
    });
  });

  test('the map cannot be read in time', async () => {
    await writeMapState(file, state);
    const never = async (_place: object, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    expect(await checkMap(file, never, AbortSignal.timeout(20))).toMatchObject({ isAsWritten: true });
  });
});

describe('the state', () => {
  test('says where the map is, and what the operator wrote', async () => {
    await writeMapState(file, state);
    expect(await readFile(file, 'utf8')).toBe(`entrepot wrote imageswap-system/imageswap-maps maps\n${block}`);
    expect(await readMapState(file)).toEqual(state);
    expect(await readdir(folder)).toEqual(['state']);
    await removeMapState(file);
    expect(await readMapState(file)).toBeUndefined();
    await removeMapState(file);
  });

  const written = { configMap, key: 'maps', marker: 'imageswap', content: 'default::\n' };

  test('is noted for the map only, and forgotten at the start', async () => {
    const recorder = new MapStateRecorder(file, silentLogger);
    await recorder.record('address-book', { ...written, content: 'x\n' });
    expect(await readMapState(file)).toBeUndefined();
    await recorder.record('imageswap', written);
    expect(await readMapState(file)).toEqual({
      ...state,
      block: '# entrepot begin imageswap\ndefault::\n# entrepot end imageswap\n',
    });
    await recorder.record('imageswap', { ...written, content: '' });
    expect(await readMapState(file)).toEqual({ ...state, block: '' });
    await recorder.forget();
    expect(await readMapState(file)).toBeUndefined();
    await recorder.record('imageswap', { ...written, content: '' });
    expect(await readMapState(file)).toEqual({ ...state, block: '' });
  });

  test('that cannot be kept is said once, and hinders nothing', async () => {
    const messages: string[] = [];
    const logger = { ...silentLogger, info: (_fields: object, message: string) => void messages.push(message) };
    const recorder = new MapStateRecorder(join(folder, 'missing/state'), logger);
    await recorder.record('imageswap', written);
    await recorder.record('imageswap', { ...written, content: '' });
    expect(messages).toEqual([
      expect.stringMatching(/^what is written to the map is not noted, so --map-check says nothing: ENOENT/),
    ]);
  });
});

test.each<[value: unknown, text: string | undefined]>([
  [{ data: { maps: 'x' } }, 'x'],
  [{ data: { other: 'x' } }, undefined],
  [{ data: { maps: 1 } }, undefined],
  [{ data: null }, undefined],
  [{}, undefined],
  [null, undefined],
])('the text of the key in %j is %j', (value, text) => expect(textOf(value, 'maps')).toBe(text));

const inPod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
const usual = { host: '10.0.0.1', port: '443', file: '/var/run/imageswap_configmap_version' };

describe('the probe takes', () => {
  test.each<[line: string, file?: string]>([
    ['--map-check'],
    ['--map-check --namespace mirrors'],
    ['--namespace=mirrors --addressing-scheme services --map-check'],
    ['--map-check --imageswap-namespace imageswap-system --imageswap-map-separator ::'],
    ['--map-check --imageswap-map-state-file /tmp/state', '/tmp/state'],
    ['--imageswap-map-state-file=/tmp/state --map-check', '/tmp/state'],
  ])('operator %s', (line, file = usual.file) =>
    expect(askedProbe(['operator', ...line.split(' ')], inPod)).toEqual({ ...usual, file }),
  );

  test('the state file that the environment names, unless a flag does', () => {
    const environment = { ...inPod, IMAGESWAP_MAP_STATE_FILE: '/tmp/named' };
    expect(askedProbe(['operator', '--map-check'], environment)).toEqual({ ...usual, file: '/tmp/named' });
    const words = ['operator', '--map-check', '--imageswap-map-state-file', '/tmp/flag'];
    expect(askedProbe(words, environment)).toEqual({ ...usual, file: '/tmp/flag' });
  });
});

describe('the probe leaves to the whole program', () => {
  test.each([
    'render --map-check',
    'operator',
    'operator --map-check --map-check --map-update',
    'operator --map-check --kubeconfig /tmp/kubeconfig',
    'operator --map-check --log-level error',
    'operator --map-check --help',
    'operator --map-check --namespace Mirrors',
    'operator --map-check --namespace',
    'operator --map-check --namespace --help',
    'operator --map-check --addressing-scheme mine',
    'operator --map-check --imageswap-map-separator =',
    'operator --map-check --imageswap-map-state-file state',
    'operator --map-check=yes',
    'operator --map-check mirrors',
    'operator --map-check --namespace mirrors -- --help',
  ])('%s', (line) => expect(askedProbe(line.split(' '), inPod)).toBeUndefined());

  test('what runs outside a pod, or with a kubeconfig', () => {
    const words = ['operator', '--map-check'];
    expect(askedProbe(words, {})).toBeUndefined();
    expect(askedProbe(words, { ...inPod, KUBECONFIG: '/tmp/kubeconfig' })).toBeUndefined();
  });
});
