import { makeImage, makeIndex, type Content } from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mirrorOf, type MirroredUpstream } from './mirror/mirror-of.ts';
import { pull } from './mirror/pull.ts';

const mebibyte = 2 ** 20;
/** Two slices. */
const big = 5 * mebibyte + 7;

describe('a pull through nginx and the fetcher', () => {
  let running: MirroredUpstream;
  beforeAll(async () => {
    running = await mirrorOf();
  });
  afterAll(() => running[Symbol.asyncDispose]());

  /** A path of a layer that the upstream has and the mirror has not. */
  function freshLayer(size: number): { readonly layer: Content; readonly path: string } {
    const image = makeImage({ layerSizes: [size] });
    running.upstream.push('team/app', image);
    const [layer = image.config] = image.layers;
    return { layer, path: `/v2/team/app/blobs/${layer.digest}` };
  }

  test('cold, gets each piece from the upstream once; warm, serves blobs as files without asking anybody', async () => {
    const { upstream, mirror } = running;
    const image = makeImage({ layerSizes: [1000, big] });
    upstream.push('team/app', image, 'v1');
    upstream.traffic.reset();
    const wanted = [image.root.digest, ...image.blobs.map(({ digest }) => digest)];
    expect(await pull(mirror.client, 'team/app', 'v1')).toEqual(wanted);
    expect({
      manifests: upstream.traffic.count({ kind: 'manifest' }),
      blobs: upstream.traffic.count({ kind: 'cdn' }),
    }).toEqual({
      manifests: 1,
      blobs: 3,
    });
    const path = `/v2/team/app/blobs/${image.layers[1]?.digest}`;
    await expect.poll(() => mirror.lastLogged(path)).toMatchObject({ cache: 'MISS', fetcher: 'miss' });
    upstream.traffic.reset();
    expect(await pull(mirror.client, 'team/app', 'v1')).toEqual(wanted);
    expect(upstream.traffic.count()).toBe(0);
    await expect.poll(() => mirror.lastLogged(path)).toMatchObject({ cache: 'store', fetcher: '' });
  });

  test.each([
    { state: 'cold', size: big },
    { state: 'warm', size: big },
    { state: 'cold', size: 1000 },
    { state: 'warm', size: 1000 },
  ])('a $state blob of $size bytes comes with the headers of the specification', async ({ state, size }) => {
    const { layer, path } = freshLayer(size);
    if (state === 'warm') await running.mirror.client.get(path);
    const { status, headers, body } = await running.mirror.client.get(path);
    expect(status).toBe(200);
    expect(body.equals(layer.bytes)).toBe(true);
    expect(headers).toMatchObject({
      'content-length': String(size),
      'content-type': 'application/octet-stream',
      'docker-content-digest': layer.digest,
      'accept-ranges': 'bytes',
      'docker-distribution-api-version': 'registry/2.0',
    });
    // While it arrives, the tag is one of this run of the fetcher.
    expect(headers.etag?.replace(/;[0-9a-f]{8}"$/, state === 'cold' ? '"' : '')).toBe(`"${layer.digest}"`);
  });

  test.each([
    { range: 'bytes=0-0', from: 0, to: 0 },
    { range: 'bytes=100-', from: 100, to: big - 1 },
    { range: 'bytes=4194300-4194310', from: 4_194_300, to: 4_194_310 },
    { range: 'bytes=-5', from: big - 5, to: big - 1 },
    { range: `bytes=5000000-${big + 100}`, from: 5_000_000, to: big - 1 },
  ])('$range of a blob is the same cold and warm', async ({ range, from, to }) => {
    const { layer, path } = freshLayer(big);
    for (const state of ['cold', 'warm']) {
      const { status, headers, body } = await running.mirror.client.get(path, { Range: range });
      expect({ state, status, range: headers['content-range'] }).toEqual({
        state,
        status: 206,
        range: `bytes ${from}-${to}/${big}`,
      });
      expect(body.equals(layer.bytes.subarray(from, to + 1))).toBe(true);
      await running.mirror.client.get(path);
    }
  });

  test('a range behind the end is refused, cold and warm', async () => {
    const { path } = freshLayer(1000);
    expect(await running.mirror.client.get(path, { Range: 'bytes=1000-' })).toMatchObject({ status: 416 });
    await running.mirror.client.get(path);
    const warm = await running.mirror.client.get(path, { Range: 'bytes=1000-' });
    expect({ status: warm.status, range: warm.headers['content-range'] }).toEqual({
      status: 416,
      range: 'bytes */1000',
    });
  });

  test('a cold HEAD tells the size and downloads nothing', async () => {
    const { layer, path } = freshLayer(big);
    running.upstream.traffic.reset();
    const { status, headers } = await running.mirror.client.head(path);
    expect({ status, size: headers['content-length'], digest: headers['docker-content-digest'] }).toEqual({
      status: 200,
      size: String(big),
      digest: layer.digest,
    });
    expect(running.upstream.traffic.count({ method: 'GET' })).toBe(0);
    await running.mirror.client.get(path);
    expect((await running.mirror.client.head(path)).headers).toMatchObject({
      'content-length': String(big),
      'docker-content-digest': layer.digest,
    });
    await expect.poll(() => running.mirror.lastLogged(path)).toMatchObject({ cache: 'store' });
  });

  test('HEAD of a manifest is its GET without the body', async () => {
    const image = makeImage();
    running.upstream.push('team/app', image, 'headed');
    for (const reference of ['headed', image.root.digest]) {
      const path = `/v2/team/app/manifests/${reference}`;
      const head = await running.mirror.client.head(path);
      expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      const get = await running.mirror.client.get(path);
      for (const { headers } of [head, get]) {
        expect(headers).toMatchObject({
          'content-type': image.root.mediaType,
          'content-length': String(image.root.bytes.length),
          'docker-content-digest': image.root.digest,
        });
      }
      expect(get.body.equals(image.root.bytes)).toBe(true);
    }
  });

  test('fifty cold clients of one blob are one request and one time its bytes at the upstream', async () => {
    const { layer, path } = freshLayer(big);
    running.upstream.traffic.reset();
    // Slow enough that everybody is there before it ends.
    running.upstream.faults.inject('cdn', { type: 'slow', bytesPerSecond: 5 * mebibyte }, 1);
    const answers = await Promise.all(Array.from({ length: 50 }, () => running.mirror.client.get(path)));
    expect(answers.filter(({ body }) => body.equals(layer.bytes))).toHaveLength(50);
    const { traffic } = running.upstream;
    expect({ requests: traffic.count({ kind: 'cdn' }), bytes: traffic.bytes({ kind: 'cdn' }) }).toEqual({
      requests: 1,
      bytes: layer.bytes.length,
    });
  });

  test("paths with the mirror's name in them lead to the same content", async () => {
    const image = makeImage();
    running.upstream.push('team/app', image, 'named');
    const wanted = [image.root.digest, ...image.blobs.map(({ digest }) => digest)];
    expect(await pull(running.mirror.client, 'mirror-quay.io/team/app', 'named')).toEqual(wanted);
    await running.mirror.stopFetcher();
    try {
      const { status } = await running.mirror.client.get(`/v2/team/app/blobs/${image.config.digest}`);
      expect(status).toBe(200);
    } finally {
      await running.mirror.startFetcher();
    }
  });

  test('an index of indexes, of both families of media types, comes whole', async () => {
    const inner = makeIndex([makeImage({ format: 'docker' }), makeImage()], { format: 'docker' });
    const outer = makeIndex([inner, makeImage()]);
    running.upstream.push('team/multi', outer, 'v1');
    expect(await pull(running.mirror.client, 'team/multi', 'v1')).toHaveLength(
      outer.manifests.length + outer.blobs.length,
    );
  });

  test('content with sha512 digests', async () => {
    const image = makeImage({ algorithm: 'sha512', layerSizes: [1000] });
    running.upstream.push('team/long', image, 'v1');
    const wanted = [image.root.digest, ...image.blobs.map(({ digest }) => digest)];
    expect(await pull(running.mirror.client, 'team/long', image.root.digest)).toEqual(wanted);
    expect(await pull(running.mirror.client, 'team/long', image.root.digest)).toEqual(wanted);
  });

  test('an empty blob is empty, cold and warm', async () => {
    const { path } = freshLayer(0);
    for (const state of ['cold', 'warm']) {
      const { status, headers, body } = await running.mirror.client.get(path);
      expect({ state, status, length: headers['content-length'], bytes: body.length }).toEqual({
        state,
        status: 200,
        length: '0',
        bytes: 0,
      });
    }
  });

  test('a blob of one repository is not given out by the name of another', async () => {
    const { layer, path } = freshLayer(1000);
    running.upstream.push('other/app', makeImage());
    await running.mirror.client.get(path);
    expect(await running.mirror.client.get(`/v2/other/app/blobs/${layer.digest}`)).toMatchObject({ status: 404 });
  });
});
