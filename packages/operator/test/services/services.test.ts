import { ConfigMap, RegistryMirror } from '@entrepot/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readMapState } from '../../src/map-check/map-state.ts';
import { entrepot } from '../cli/run-program.ts';
import { block, MapCluster, mapKey, namespace } from './map-operator.ts';

let map: MapCluster;
beforeAll(async () => {
  map = await MapCluster.start();
}, 900_000);
afterAll(async () => map.stop());

afterEach(async () => {
  await map.stopOperator();
  const { items } = await map.cluster.client.list(RegistryMirror);
  for (const { metadata } of items) {
    await map.cluster.client.patch(
      RegistryMirror,
      { name: metadata.name },
      { metadata: { finalizers: null } },
      { type: 'merge' },
    );
    await map.cluster.client.delete(RegistryMirror, { name: metadata.name });
  }
  await map.cluster.client.delete(ConfigMap, mapKey);
});

// Every test has mirrors of its own names: what belonged to a former one is collected in its own time.
const lineOf = (name: string, address: string) => `mirror-${name}.io::${address}/mirror-${name}.io\n`;

test("mirror-operator's map is taken over with its mirrors, and what others added stays", async () => {
  const [ip = ''] = await map.mirrorWithService('taken', {});
  const seed = `default:\nmirror-taken.io:${ip}/mirror-taken.io\n`;
  await map.cluster.client.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: mapKey,
    data: { maps: `${seed}# by hand\n[EXACT]nginx::example.com/nginx\n`, other: 'x' },
  });
  map.startOperator();
  await map.mapIs(`# by hand\n[EXACT]nginx::example.com/nginx\n${block(`default::\n${lineOf('taken', ip)}`)}`);
  expect((await map.cluster.client.get(ConfigMap, mapKey))?.['data']).toMatchObject({ other: 'x' });
});

describe('a running operator', () => {
  test('mends what others do to its lines, mostly within a second, and leaves theirs byte for byte', async () => {
    await map.cluster.mirror('mended', { upstreamUrl: 'mended.io' });
    map.startOperator();
    const [ip = ''] = await map.addressesOf('mended');
    const ours = block(`default::\n${lineOf('mended', ip)}`);
    await map.mapIs(ours);
    const above = '# team a\r\n[EXACT]nginx :: example.com/nginx \n';
    const below = '\tghcr.io::cache.example.com # no newline at the end';
    const edits: readonly [what: string, after: string | null, mended: string][] = [
      ['a changed line', `${above}${ours.replace(ip, '10.0.0.1')}${below}`, `${above}${ours}${below}`],
      ['a foreign line in the block', ours.replace('default::\n', 'default::\nx.io::y.io\n'), ours],
      ['the block removed', `${above}${below}`, `${above}${below}\n${ours}`],
      ['the block there twice', `${ours}${above}${ours}`, `${ours}${above}`],
      ['a default line of others', `${above}default::\n${ours}`, `${above}default::\n${block(lineOf('mended', ip))}`],
      ['everything removed', '', ours],
      ['the key removed', null, ours],
    ];
    const times: number[] = [];
    for (const [what, after, mended] of edits) {
      await map.editMap(after);
      const ms = await map.mapIs(mended);
      times.push(ms);
      console.log(`${what}: mended after ${ms.toFixed(0)} ms`);
    }
    await map.cluster.client.delete(ConfigMap, mapKey);
    const ms = await map.mapIs(ours);
    console.log(`the ConfigMap deleted: made anew after ${ms.toFixed(0)} ms`);
    times.push(ms);
    // Slow answers of a busy machine are nobody's fault.
    expect(times.sort((one, other) => one - other)[4]).toBeLessThan(1_000);
  });

  test('notes what it wrote, and forgets at its start what another wrote', async () => {
    map.startOperator();
    await map.mapIs(block('default::\n'));
    const state = { configMap: mapKey, key: 'maps' };
    await expect.poll(() => readMapState(map.stateFile)).toEqual({ ...state, block: block('default::\n') });
    await map.cluster.mirror('noted', { upstreamUrl: 'noted.io' });
    const [ip = ''] = await map.addressesOf('noted');
    const ours = block(`default::\n${lineOf('noted', ip)}`);
    await map.mapIs(ours);
    await expect.poll(() => readMapState(map.stateFile)).toEqual({ ...state, block: ours });
    await map.killOperator();
    expect(await readMapState(map.stateFile)).toEqual({ ...state, block: ours });
    const waiting = map.startOperator({ LEADER_ELECTION: 'on', IMAGESWAP_NAMESPACE: 'not-there-yet' });
    await waiting.hasLogged(/^leading$/);
    await expect.poll(() => readMapState(map.stateFile)).toBeUndefined();
  });

  test('forgets what it wrote while another one leads, whose changes are no reason to restart it', async () => {
    const operator = map.startOperator({ LEADER_ELECTION: 'on' });
    const note = async () => readMapState(map.stateFile);
    const isNoted = async () => {
      await expect.poll(note).toMatchObject({ block: block('default::\n') });
    };
    const isForgotten = async () => {
      await expect.poll(note).toBeUndefined();
    };
    await isNoted();
    await map.setLeaseHolder('another');
    await isForgotten();
    await map.setLeaseHolder('');
    // Also when nothing has changed meanwhile.
    await isNoted();
    await map.setLeaseHolder('another');
    await isForgotten();
    await map.editMap(block(`default::\n${lineOf('new', '10.0.0.1')}`));
    expect(await map.check()).toMatchObject({ code: 0, said: 'nothing was written to the map yet\n' });
    expect(operator.logged(/^leadership lost$/)).toHaveLength(2);
    expect(operator.isRunning).toBe(true);
  });

  test('leaves the bare default line when the last mirror goes, also while nobody watches', async () => {
    await map.cluster.mirror('last', { upstreamUrl: 'last.io' });
    map.startOperator({ IMAGESWAP_MAP_SEPARATOR: ':' });
    const [ip = ''] = await map.addressesOf('last');
    await map.mapIs(block(`default:\nmirror-last.io:${ip}/mirror-last.io\n`));
    await map.cluster.client.delete(RegistryMirror, { name: 'last' });
    await map.mapIs(block('default:\n'));
    await map.stopOperator();
    await map.editMap(block('default:\nmirror-gone.io:10.0.0.1/mirror-gone.io\n'));
    map.startOperator();
    await expect.poll(() => map.mapText()).toBe(block('default::\n'));
  });
});

test('a mirror is led to by its IPv4 address where there is one, else by IPv6, which the old separator forbids', async () => {
  const [four = ''] = await map.mirrorWithService('four', {});
  const single = { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] };
  const [six = ''] = await map.mirrorWithService('six', single);
  const [, second = ''] = await map.mirrorWithService('both', {
    ipFamilyPolicy: 'RequireDualStack',
    ipFamilies: ['IPv6', 'IPv4'],
  });
  expect(six).toMatch(/^fd00:64::/);
  expect(second).toMatch(/^127\.64\./);
  map.startOperator();
  const written = `fd00:64:0:0:0:0:0:${six.split(':').at(-1) ?? ''}`;
  const lines = (separator: string) =>
    `default${separator}\nmirror-both.io${separator}${second}/mirror-both.io\nmirror-four.io${separator}${four}/mirror-four.io\n`;
  await map.mapIs(block(`${lines('::')}${lineOf('six', `[${written}]`)}`));
  await map.stopOperator();
  map.startOperator({ IMAGESWAP_MAP_SEPARATOR: ':' });
  await map.mapIs(block(lines(':')));
  await map.cluster.hasCondition(
    'six',
    'Addressed',
    /no IPv4 address, and the map separator ':' forbids IPv6; use '::'/,
  );
});

test('a line of somebody else that wins over ours is said of the mirror, until it is gone', async () => {
  const [ip = ''] = await map.mirrorWithService('beaten', {});
  map.startOperator();
  const ours = block(`default::\n${lineOf('beaten', ip)}`);
  await map.mapIs(ours);
  const foreign = 'mirror-beaten.io::mine.example';
  await map.editMap(`${ours}${foreign}\n`);
  await map.cluster.hasCondition(
    'beaten',
    'Addressed',
    /^False .*imageswap: line 'mirror-beaten\.io::mine\.example' of somebody else, below ours in ConfigMap imageswap-system\/imageswap-maps,/,
  );
  expect(await map.mapText()).toBe(`${ours}${foreign}\n`);
  await map.editMap(`${foreign}\n${ours}`);
  await map.cluster.hasCondition('beaten', 'Addressed', /^(True|False (?!.*somebody else))/);
});

test('a namespace of the map that is missing is said of the mirrors, and nothing more happens until it is there', async () => {
  const later = { namespace: 'later', name: 'imageswap-maps' };
  await map.cluster.mirror('later', { upstreamUrl: 'later.io' });
  const operator = map.startOperator({ IMAGESWAP_NAMESPACE: 'later' });
  await map.cluster.hasCondition(
    'later',
    'Addressed',
    /^False .*ConfigMap imageswap-maps is to be in namespace later, which does not exist/,
  );
  await map.cluster.hasCondition('later', 'ConfigRendered', /^True/);
  expect(operator.isRunning).toBe(true);
  await map.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } });
  await expect.poll(() => map.mapText(later)).toContain('mirror-later.io::127.64.');
  await map.cluster.hasCondition('later', 'Addressed', /^(True|False (?!.*namespace later))/);
});

test('a map that may not be read or written is said of the mirrors, which have everything else', async () => {
  const manifests = async (...settings: string[]) =>
    map.cluster.apply((await entrepot(['manifests', '--namespace', namespace, ...settings])).out);
  await manifests();
  const { plane } = map.cluster;
  const groups = ['system:serviceaccounts', 'system:authenticated'];
  const kubeconfig = await plane.kubeconfigFor(`system:serviceaccount:${namespace}:entrepot-operator`, groups);
  await map.cluster.mirror('forbidden', { upstreamUrl: 'forbidden.io' });
  const operator = map.startOperator({ IMAGESWAP_NAMESPACE: 'hidden' }, kubeconfig);
  await map.cluster.hasCondition('forbidden', 'Addressed', /^False .*configmaps "imageswap-maps" is forbidden/);
  await map.cluster.hasCondition('forbidden', 'ConfigRendered', /^True/);
  expect(operator.isRunning).toBe(true);
  await map.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'hidden' } });
  await manifests('--addressing-scheme', 'services', '--imageswap-namespace', 'hidden');
  await map.cluster.mirror('allowed', { upstreamUrl: 'allowed.io' });
  const hidden = { namespace: 'hidden', name: 'imageswap-maps' };
  await expect.poll(() => map.mapText(hidden)).toContain('mirror-forbidden.io::127.64.');
});
