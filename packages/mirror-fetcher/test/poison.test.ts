import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeImage } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { sliceFile } from '../src/index.ts';
import { parseDigest } from '../src/digest.ts';
import { errorCode } from './harness/get.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror } from './harness/mirror.ts';

const good = makeImage({ layerSizes: [500_000, 900] });
const image = makeImage({ layerSizes: [500_000, 900] });
const [large = image.config, small = image.config] = image.layers;

/** A mirror that has served good content before: verification must not wear out. */
async function used(): Promise<Mirror> {
  const mirror = await Mirror.start();
  mirror.upstream.push('team/app', good, 'good');
  mirror.upstream.push('team/app', image, 'v1');
  for (const { digest, bytes } of good.blobs) {
    expect((await mirror.get(`team/app/blobs/${digest}`)).body.equals(bytes)).toBe(true);
    await eventually(() => mirror.hasLink('team/app', digest));
  }
  return mirror;
}

const isReleased = async (mirror: Mirror, path: string): Promise<boolean> => (await mirror.get(path)).status !== 503;

describe('a poisoned blob', () => {
  test.each([
    { title: 'of a small size is a clean error', blob: small, byte: 450 },
    { title: 'of a small size, wrong in its last byte, is a clean error', blob: small, byte: 899 },
  ])('$title and never stored', async ({ blob, byte }) => {
    const mirror = await used();
    mirror.upstream.faults.inject('cdn', { type: 'corrupt', byte }, 1);
    const answer = await mirror.get(`team/app/blobs/${blob.digest}`);
    expect([answer.status, errorCode(answer)]).toEqual([502, 'UNAVAILABLE']);
    await eventually(async () => (await mirror.files('tmp')).length === 0);
    expect(await mirror.files('blobs')).not.toContain(blob.digest.slice(7));
    expect(mirror.hasLink('team/app', blob.digest)).toBe(false);
    expect(await mirror.metrics()).toContain('entrepot_fetcher_verification_failures_total 1\n');
  });

  test.each([0, 250_000, 499_999])('of a large size, wrong at byte %i, is cut before its last byte', async (byte) => {
    const mirror = await used();
    mirror.upstream.faults.inject('cdn', { type: 'corrupt', byte }, 1);
    let received = 0;
    const cut = mirror.get(`team/app/blobs/${large.digest}`, { onBytes: (bytes) => void (received = bytes) });
    await expect(cut).rejects.toThrow('cut');
    expect(received).toBeLessThan(large.bytes.length);
    await eventually(async () => (await mirror.files('tmp')).length === 0);
    expect(mirror.hasLink('team/app', large.digest)).toBe(false);
  });

  test('is cut for every one of its clients, also for those that only want the last slice', async () => {
    const mirror = await used();
    mirror.upstream.faults.inject('cdn', { type: 'corrupt', byte: 10 }, 1);
    const clients = ['bytes=0-499999', 'bytes=499999-499999', 'bytes=458752-524287'].map((Range) =>
      mirror.get(`team/app/blobs/${large.digest}`, { headers: { Range } }),
    );
    const outcomes = await Promise.allSettled(clients);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('leaves no slice in the cache of nginx, not even one that nginx writes late', async () => {
    const mirror = await used();
    const digest = parseDigest(large.digest);
    if (digest === undefined) throw new Error('not a digest');
    const slice = sliceFile({ ...mirror.config.slices }, 'team/app', digest, 65_536);
    const write = async (): Promise<void> => {
      await mkdir(dirname(slice), { recursive: true });
      await writeFile(slice, 'bytes that were never verified');
    };
    await write();
    mirror.upstream.faults.inject('cdn', { type: 'corrupt', byte: 10 }, 1);
    await expect(mirror.get(`team/app/blobs/${large.digest}`)).rejects.toThrow('cut');
    await eventually(() => !existsSync(slice));
    await write();
    await eventually(() => !existsSync(slice));
  });

  test('is in quarantine until its slices are gone, and healed by an honest upstream afterwards', async () => {
    const mirror = await used();
    const path = `team/app/blobs/${large.digest}`;
    mirror.upstream.faults.inject('cdn', { type: 'corrupt', byte: 10 }, 1);
    await expect(mirror.get(path)).rejects.toThrow('cut');
    const refused = await mirror.get(path);
    expect([refused.status, errorCode(refused), refused.headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '1']);
    await eventually(() => isReleased(mirror, path));
    const healed = await mirror.get(path);
    expect(healed.body.equals(large.bytes)).toBe(true);
    // Another entity tag: nginx does not put its slices together with those of the failed download.
    expect(healed.headers.etag).toMatch(new RegExp(`^"${large.digest};[0-9a-f]{8}.1"$`));
  });

  test.each([
    { title: 'more than was sent', length: 500_001 },
    { title: 'less than was sent', length: 499_000 },
  ])('is not stored when Content-Length says $title', async ({ length }) => {
    const mirror = await used();
    mirror.upstream.faults.inject('cdn', { type: 'wrongLength', length });
    await expect(mirror.get(`team/app/blobs/${large.digest}`)).rejects.toThrow('cut');
    expect(mirror.hasLink('team/app', large.digest)).toBe(false);
  });
});

test('a poisoned manifest is neither given nor stored, by digest or by tag', async () => {
  const mirror = await used();
  mirror.upstream.faults.inject('manifest', { type: 'corrupt', byte: 3 });
  for (const reference of [image.root.digest, 'v1']) {
    const answer = await mirror.get(`team/app/manifests/${reference}`);
    expect([answer.status, errorCode(answer)]).toEqual([502, 'UNAVAILABLE']);
  }
  expect(await mirror.files('manifests')).toEqual([]);
});
