import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeImage } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { errorCode } from './harness/get.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror } from './harness/mirror.ts';

const image = makeImage({ layerSizes: [3_000_000, 2_000, 0] });
const [large = image.config, small = image.config, empty = image.config] = image.layers;
const blobOf = (digest: string): string => `team/app/blobs/${digest}`;

async function start(options: Parameters<typeof Mirror.start>[0] = {}): Promise<Mirror> {
  const mirror = await Mirror.start(options);
  mirror.upstream.push('team/app', image, 'v1');
  return mirror;
}

describe('a blob', () => {
  test('is given with its digest, its type and its entity tag, cold and then from the store', async () => {
    const mirror = await start();
    for (const cache of ['miss', 'hit']) {
      const answer = await mirror.get(blobOf(large.digest));
      expect(answer.status).toBe(200);
      expect(answer.body.equals(large.bytes)).toBe(true);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-length': '3000000',
        'docker-content-digest': large.digest,
        'accept-ranges': 'bytes',
        'x-entrepot-cache': cache,
      });
      expect(answer.headers.etag).toMatch(new RegExp(`^"${large.digest};[0-9a-f]{8}"$`));
      await eventually(() => mirror.hasStored(large.digest));
    }
    expect(mirror.upstream.traffic.count({ kind: 'cdn' })).toBe(1);
  });

  test('lies where nginx looks for it, once on disk, with nothing temporary left', async () => {
    const mirror = await start();
    await mirror.get(blobOf(small.digest));
    await eventually(() => mirror.hasLink('team/app', small.digest));
    expect(await mirror.files('blobs')).toEqual([small.digest.slice(7)]);
    expect(await mirror.files('tmp')).toEqual([]);
    expect((await stat(mirror.linkOf('team/app', small.digest))).nlink).toBe(2);
  });

  test('of length 0 is given whole, even to a request for its first slice', async () => {
    const mirror = await start();
    const answer = await mirror.get(blobOf(empty.digest), { headers: { Range: 'bytes=0-65535' } });
    expect([answer.status, answer.headers['content-length']]).toEqual([200, '0']);
    await eventually(() => mirror.hasLink('team/app', empty.digest));
  });

  test('named by sha512 is verified as well', async () => {
    const mirror = await start();
    const other = makeImage({ algorithm: 'sha512' });
    mirror.upstream.push('team/app', other);
    const { digest, bytes } = other.config;
    expect((await mirror.get(blobOf(digest))).body).toEqual(bytes);
    await eventually(() => mirror.hasLink('team/app', digest));
  });

  test('whose size the upstream does not say is given as soon as it is complete', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('cdn', { type: 'noLength' });
    expect((await mirror.get(blobOf(large.digest))).body.equals(large.bytes)).toBe(true);
  });
});

describe('ranges', () => {
  test.each([
    { range: 'bytes=0-65535', from: 0, to: 65_535 },
    { range: 'bytes=2949120-3014655', from: 2_949_120, to: 2_999_999 },
    { range: 'bytes=-10', from: 2_999_990, to: 2_999_999 },
  ])('$range is answered while the blob arrives, and from the store', async ({ range, from, to }) => {
    const mirror = await start();
    for (const cache of ['miss', 'hit']) {
      const answer = await mirror.get(blobOf(large.digest), { headers: { Range: range } });
      expect([answer.status, answer.headers['x-entrepot-cache']]).toEqual([206, cache]);
      expect(answer.headers['content-range']).toBe(`bytes ${from}-${to}/3000000`);
      expect(answer.body.equals(large.bytes.subarray(from, to + 1))).toBe(true);
      await eventually(() => mirror.hasStored(large.digest));
    }
  });

  test('outside of the blob are refused with its size', async () => {
    const mirror = await start();
    const answer = await mirror.get(blobOf(large.digest), { headers: { Range: 'bytes=3000000-' } });
    expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */3000000']);
  });

  test('at the start are answered long before the end has arrived', async () => {
    const mirror = await start({ upstream: { bytesPerSecond: 300_000 } });
    const answer = await mirror.get(blobOf(large.digest), { headers: { Range: 'bytes=0-65535' } });
    expect(answer.body.equals(large.bytes.subarray(0, 65_536))).toBe(true);
    expect(mirror.upstream.traffic.bytes({ kind: 'cdn' })).toBeLessThan(1_500_000);
  });
});

describe('one download', () => {
  test('serves fifty clients that ask for all slices of a cold blob: one upstream GET, 1.00x bytes', async () => {
    const mirror = await start({ upstream: { bytesPerSecond: 6_000_000 } });
    const slices = Array.from({ length: Math.ceil(large.bytes.length / 65_536) }, (_, index) => index * 65_536);
    const clients = Array.from({ length: 50 }, async () => {
      const parts: Buffer[] = [];
      for (const from of slices) {
        const headers = { Range: `bytes=${from}-${from + 65_535}` };
        parts.push((await mirror.get(blobOf(large.digest), { headers })).body);
      }
      return Buffer.concat(parts).equals(large.bytes);
    });
    expect((await Promise.all(clients)).every(Boolean)).toBe(true);
    expect(mirror.upstream.traffic.count({ kind: 'blob' })).toBe(1);
    expect(mirror.upstream.traffic.count({ kind: 'cdn' })).toBe(1);
    expect(mirror.upstream.traffic.bytes({ kind: 'cdn' })).toBe(large.bytes.length);
  });

  test('goes on when its only client has left', async () => {
    const mirror = await start({ upstream: { bytesPerSecond: 4_000_000 } });
    const leaving = new AbortController();
    const options = { signal: leaving.signal, onBytes: () => leaving.abort() };
    await expect(mirror.get(blobOf(large.digest), options)).rejects.toThrow('aborted');
    await eventually(() => mirror.hasLink('team/app', large.digest));
    expect(mirror.upstream.traffic.count({ kind: 'cdn' })).toBe(1);
  });

  test.each([
    { title: 'by Range', supportsRanges: true, status: 206 },
    { title: 'from the start where the upstream has no ranges', supportsRanges: false, status: 200 },
  ])('is resumed $title when the connection breaks', async ({ supportsRanges, status }) => {
    const mirror = await start({ upstream: { supportsRanges } });
    mirror.upstream.faults.inject('cdn', { type: 'cut', afterBytes: 1_000_000 }, 1);
    expect((await mirror.get(blobOf(large.digest))).body.equals(large.bytes)).toBe(true);
    const [, resumed] = mirror.upstream.traffic.select({ kind: 'cdn' });
    expect([resumed?.status, resumed?.headers.range]).toEqual([status, expect.stringMatching(/^bytes=\d+-$/)]);
  });

  test('is the same for a client at its start and one far inside, also when it breaks in between', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('cdn', { type: 'cut', afterBytes: 1_000_000 }, 1);
    const headers = { Range: 'bytes=2000000-' };
    const [whole, part] = await Promise.all([
      mirror.get(blobOf(large.digest)),
      mirror.get(blobOf(large.digest), { headers }),
    ]);
    expect(whole.body.equals(large.bytes)).toBe(true);
    expect(part.body.equals(large.bytes.subarray(2_000_000))).toBe(true);
    expect(mirror.upstream.traffic.count({ kind: 'cdn' })).toBe(2);
  });

  test('is resumed when the upstream stops sending without closing', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('cdn', { type: 'stall', afterBytes: 1_000_000 }, 1);
    expect((await mirror.get(blobOf(large.digest))).body.equals(large.bytes)).toBe(true);
  });

  test('gives up when the connection keeps breaking: clients are cut, nothing is stored', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('cdn', { type: 'cut', afterBytes: 100_000 });
    await expect(mirror.get(blobOf(large.digest))).rejects.toThrow('cut');
    expect(mirror.upstream.traffic.count({ kind: 'cdn' })).toBe(6);
    await eventually(async () => (await mirror.files('tmp')).length === 0);
    expect(await mirror.files('blobs')).toEqual([]);
  });
});

describe('without a place to write to', () => {
  test('nothing is asked of the upstream', async () => {
    const mirror = await start();
    await rm(join(mirror.folder, 'store/tmp'), { recursive: true });
    expect((await mirror.get(blobOf(large.digest))).status).toBe(500);
    expect(mirror.upstream.traffic.count()).toBe(0);
  });

  test('a download the upstream refuses leaves no temporary file', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('blob', { type: 'status', status: 404 });
    expect((await mirror.get(blobOf(large.digest))).status).toBe(404);
    expect(await mirror.files('tmp')).toEqual([]);
  });
});

describe('a HEAD', () => {
  test('of a cold blob says its size without a download', async () => {
    const mirror = await start();
    const answer = await mirror.get(blobOf(large.digest), { method: 'HEAD' });
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, '3000000', 0]);
    expect(answer.headers['docker-content-digest']).toBe(large.digest);
    expect(mirror.upstream.traffic.count({ method: 'GET' })).toBe(0);
  });

  test('of a stored blob asks nobody', async () => {
    const mirror = await start();
    await mirror.get(blobOf(small.digest));
    await eventually(() => mirror.hasLink('team/app', small.digest));
    await mirror.upstream.goDown();
    expect((await mirror.get(blobOf(small.digest), { method: 'HEAD' })).headers['content-length']).toBe('2000');
  });
});

describe('repositories', () => {
  test('share the bytes of a blob when the upstream confirms that both have it', async () => {
    const mirror = await start();
    mirror.upstream.push('team/fork', image);
    await mirror.get(blobOf(large.digest));
    await eventually(() => mirror.hasLink('team/app', large.digest));
    mirror.upstream.traffic.reset();
    expect((await mirror.get(`team/fork/blobs/${large.digest}`)).body.equals(large.bytes)).toBe(true);
    expect(mirror.upstream.traffic.count({ method: 'GET' })).toBe(0);
    expect(mirror.upstream.traffic.count({ kind: 'blob', method: 'HEAD' })).toBe(1);
    expect((await stat(mirror.linkOf('team/fork', large.digest))).nlink).toBe(3);
  });

  test('have a blob also when its storage refuses the HEAD that would confirm it', async () => {
    const mirror = await start();
    mirror.upstream.push('team/fork', image);
    await mirror.get(blobOf(small.digest));
    await eventually(() => mirror.hasLink('team/app', small.digest));
    mirror.upstream.faults.inject('cdn', { type: 'status', status: 403 }, 1);
    expect((await mirror.get(`team/fork/blobs/${small.digest}`)).body).toEqual(small.bytes);
    expect(mirror.upstream.traffic.select({ kind: 'cdn' }).map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET']);
  });

  test.each(['GET', 'HEAD'])('do not show a blob of another repository to %s', async (method) => {
    const mirror = await start();
    mirror.upstream.push('public/other', makeImage());
    await mirror.get(blobOf(large.digest));
    await eventually(() => mirror.hasLink('team/app', large.digest));
    const answer = await mirror.get(`public/other/blobs/${large.digest}`, { method });
    expect(answer.status).toBe(404);
    expect(mirror.hasLink('public/other', large.digest)).toBe(false);
  });

  test('do not join the running download of another repository', async () => {
    const mirror = await start({ upstream: { bytesPerSecond: 300_000 } });
    mirror.upstream.push('public/other', makeImage());
    const running = mirror.get(blobOf(large.digest));
    await eventually(() => mirror.upstream.traffic.bytes({ kind: 'cdn' }) > 0);
    expect(errorCode(await mirror.get(`public/other/blobs/${large.digest}`))).toBe('BLOB_UNKNOWN');
    expect((await running).status).toBe(200);
  });

  test('are not opened while the upstream cannot be asked', async () => {
    const mirror = await start();
    mirror.upstream.push('team/fork', image);
    await mirror.get(blobOf(small.digest));
    await eventually(() => mirror.hasLink('team/app', small.digest));
    await mirror.upstream.goDown();
    expect((await mirror.get(`team/fork/blobs/${small.digest}`)).status).toBe(502);
  });
});
