import { utimes } from 'node:fs/promises';
import { makeImage } from '@entrepot/testkit';
import { expect, test } from 'vitest';
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
  await mirror.startFetcher(smaller);
  expect(await mirror.files('blobs')).toHaveLength(2);
  expect(mirror.hasLink('team/app', layer(0))).toBe(true);
});
