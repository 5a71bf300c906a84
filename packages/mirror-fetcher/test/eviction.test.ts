import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeImage } from '@entrepot/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../src/index.ts';
import { Metrics } from '../src/metrics.ts';
import { Eviction } from '../src/store/eviction.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror } from './harness/mirror.ts';

const image = makeImage({ layerSizes: Array<number>(10).fill(100_000) });

/** A mirror with room for ten layers and no more that has pulled the first nine, the first one used last. */
async function nearlyFull(): Promise<Mirror> {
  const mirror = await Mirror.start({ cache: { maxSizeBytes: 950_000 } });
  mirror.upstream.push('team/app', image, 'v1');
  mirror.upstream.push('team/fork', image, 'v1');
  for (const [index, { digest }] of image.layers.slice(0, 9).entries()) {
    await mirror.get(`team/app/blobs/${digest}`);
    await eventually(() => mirror.hasLink('team/app', digest));
    await utimes(mirror.linkOf('team/app', digest), new Date(Date.UTC(2026, 0, index === 0 ? 30 : index)), new Date());
  }
  return mirror;
}

const layer = (index: number): string => image.layers[index]?.digest ?? '';

test('beyond the maximum, what was used longest ago goes until 90 % are left', async () => {
  const mirror = await nearlyFull();
  await mirror.get(`team/app/blobs/${layer(9)}`);
  // 1,000,000 bytes, to be brought down to at most 855,000: two layers.
  await eventually(() => !mirror.hasLink('team/app', layer(2)));
  expect(image.layers.map(({ digest }) => mirror.hasLink('team/app', digest))).toEqual([
    true,
    false,
    false,
    true,
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(await mirror.files('blobs')).toHaveLength(8);
  await eventually(async () => (await mirror.metrics()).includes('entrepot_fetcher_evicted_bytes_total 200000\n'));
  expect(await mirror.metrics()).toContain('entrepot_fetcher_store_bytes 800000\n');
});

test('an evicted blob goes from all repositories, and is downloaded again when it is wanted', async () => {
  const mirror = await nearlyFull();
  await mirror.get(`team/fork/blobs/${layer(1)}`);
  await utimes(mirror.linkOf('team/app', layer(1)), new Date(0), new Date());
  await mirror.get(`team/app/blobs/${layer(9)}`);
  await eventually(() => !mirror.hasLink('team/fork', layer(1)) && !mirror.hasLink('team/app', layer(1)));
  mirror.upstream.traffic.reset();
  expect((await mirror.get(`team/app/blobs/${layer(1)}`)).status).toBe(200);
  expect(mirror.upstream.traffic.count({ kind: 'cdn', method: 'GET' })).toBe(1);
});

test('a store that is too large at the start is brought down', async () => {
  const mirror = await nearlyFull();
  await mirror.stopFetcher();
  const smaller = { ...mirror.config, cache: { ...mirror.config.cache, maxSizeBytes: 300_000 } };
  mirror.lines.length = 0;
  await mirror.startFetcher(smaller);
  await eventually(async () => (await mirror.files('blobs')).length === 2);
  expect(mirror.hasLink('team/app', layer(0))).toBe(true);
  await eventually(() => mirror.lines.length === 2);
  // Counting a large store takes long: it answers before.
  expect(mirror.lines).toMatchObject([{ message: 'listening' }, { message: 'evicted what was used longest ago' }]);
});

test('the folder of a repository goes with its last file', async () => {
  const mirror = await nearlyFull();
  await mirror.get(`team/fork/blobs/${layer(1)}`);
  await utimes(mirror.linkOf('team/app', layer(1)), new Date(0), new Date());
  await mirror.get(`team/app/blobs/${layer(9)}`);
  await eventually(() => !existsSync(dirname(mirror.linkOf('team/fork', layer(1)))));
  expect(existsSync(dirname(mirror.linkOf('team/app', layer(9))))).toBe(true);
  expect((await mirror.get(`team/fork/blobs/${layer(1)}`)).status).toBe(200);
  await eventually(() => mirror.hasLink('team/fork', layer(1)));
});

test('what is added while a sweep runs is counted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'eviction-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), 'x'.repeat(1000));
  const metrics = new Metrics();
  const eviction = new Eviction({ folders: [folder], maxSizeBytes: 1e6, log: silentLog, metrics });
  const sweep = eviction.run();
  eviction.added(500);
  await sweep;
  expect(metrics.text()).toContain('entrepot_fetcher_store_bytes 1500\n');
});

test('on a full volume a tenth goes and what is needed, although the maximum is not reached', async () => {
  const mirror = await nearlyFull();
  await mirror.stopFetcher();
  const folders = [join(mirror.folder, 'store/repos'), join(mirror.folder, 'store/blobs')];
  const eviction = new Eviction({ folders, maxSizeBytes: 1e9, log: silentLog, metrics: new Metrics() });
  // 900,000 bytes, to be brought down to at most 760,000: two layers.
  expect(await eviction.makeRoom(50_000)).toBe(true);
  expect(await mirror.files('blobs')).toHaveLength(7);
  expect(await eviction.makeRoom(1e9)).toBe(true);
  expect(await eviction.makeRoom(1)).toBe(false);
});
