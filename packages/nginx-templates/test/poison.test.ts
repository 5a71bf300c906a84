import { createHash } from 'node:crypto';
import { access, readdir } from 'node:fs/promises';
import { makeImage, type Content } from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { podLayout } from '@entrepot/core';
import { mirrorOf, type MirroredUpstream } from './mirror/mirror-of.ts';
import type { Answer } from './mirror/registry-client.ts';
import { until } from './mirror/until.ts';

const slice = 4 * 2 ** 20;

describe('an upstream that gives wrong bytes', () => {
  let running: MirroredUpstream;
  beforeAll(async () => {
    running = await mirrorOf();
  });
  afterAll(() => running[Symbol.asyncDispose]());

  function poisoned(size: number, byte: number): { readonly layer: Content; readonly path: string } {
    const image = makeImage({ layerSizes: [size] });
    running.upstream.push('team/app', image);
    running.upstream.faults.inject('cdn', { type: 'corrupt', byte });
    const [layer = image.config] = image.layers;
    return { layer, path: `/v2/team/app/blobs/${layer.digest}` };
  }

  /** The whole answer, or undefined when the connection was cut before its end. */
  function whole(path: string): Promise<Answer | undefined> {
    return running.mirror.client.get(path).catch(() => undefined);
  }

  test.each([
    { title: 'a small blob', size: 1000, byte: 500 },
    { title: 'a blob of one slice', size: 1_000_000, byte: 0 },
    { title: 'a blob of three slices, wrong in the first', size: 2 * slice + 1000, byte: 10 },
    { title: 'a blob that ends with a slice, wrong in its last byte', size: 2 * slice, byte: 2 * slice - 1 },
  ])(
    '$title is never served whole, leaves nothing behind, and is right as soon as the upstream is',
    async ({ size, byte }) => {
      const { layer, path } = poisoned(size, byte);
      const lies = await Promise.all(Array.from({ length: 8 }, () => whole(path)));
      expect(lies.filter((answer) => answer?.status === 200)).toEqual([]);
      await expect(access(storedPath(path))).rejects.toThrow('ENOENT');

      running.upstream.faults.heal();
      const first = await until('a whole answer', async () => {
        const answer = await whole(path);
        return answer?.status === 200 && answer;
      });
      expect(first.body.equals(layer.bytes)).toBe(true);
      const late = await Promise.all(Array.from({ length: 8 }, () => whole(path)));
      expect(late.filter((answer) => answer?.body.equals(layer.bytes))).toHaveLength(8);
    },
  );

  test('clients that asked all the time saw errors and cut connections, then the right bytes, and never others', async () => {
    const { layer, path } = poisoned(2 * slice + 1000, slice + 1);
    running.upstream.traffic.reset();
    const wrong: Answer[] = [];
    let right = 0;
    const client = async (): Promise<void> => {
      while (right < 10) {
        const answer = await whole(path);
        if (answer?.status !== 200) continue;
        if (answer.body.equals(layer.bytes)) right += 1;
        else wrong.push(answer);
      }
    };
    const clients = Promise.all(Array.from({ length: 6 }, client));
    await expect.poll(() => running.upstream.traffic.count({ kind: 'cdn' })).toBeGreaterThan(1);
    running.upstream.faults.heal();
    await clients;
    expect(wrong).toEqual([]);
  });

  test('its slices lie where the fetcher removes them, and are removed', async () => {
    const good = makeImage({ layerSizes: [slice + 1] });
    running.upstream.push('team/app', good);
    const [layer = good.config] = good.layers;
    await running.mirror.client.get(`/v2/team/app/blobs/${layer.digest}`);
    const expected = [`team/app|${layer.digest}|bytes=0-4194303`, `team/app|${layer.digest}|bytes=4194304-8388607`].map(
      md5,
    );
    await expect.poll(() => slicesOnDisk()).toEqual(expect.arrayContaining(expected));

    const before = await slicesOnDisk();
    const { path } = poisoned(3 * slice, 0);
    await whole(path);
    await expect.poll(() => slicesOnDisk()).toEqual(before);
    running.upstream.faults.heal();
  });

  test('a wrong manifest is an error, and right as soon as the upstream is', async () => {
    const image = makeImage();
    running.upstream.push('team/app', image, 'lied');
    for (const reference of ['lied', image.root.digest]) {
      running.upstream.faults.inject('manifest', { type: 'corrupt', byte: 3 });
      expect(await running.mirror.client.get(`/v2/team/app/manifests/${reference}`)).toMatchObject({ status: 502 });
    }
    running.upstream.faults.heal();
    for (const reference of ['lied', image.root.digest]) {
      const { body } = await running.mirror.client.get(`/v2/team/app/manifests/${reference}`);
      expect(body.equals(image.root.bytes)).toBe(true);
    }
  });

  function storedPath(path: string): string {
    const [, , repository = '', digest = ''] = /^(\/v2)\/(.+)\/blobs\/(.+)$/.exec(path) ?? [];
    return running.mirror.folder.path(podLayout.store, 'store/repos', running.upstream.host, repository, digest);
  }

  async function slicesOnDisk(): Promise<readonly string[]> {
    const entries = await readdir(running.mirror.folder.path(podLayout.store, 'slices'), {
      recursive: true,
      withFileTypes: true,
    });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    return names.sort();
  }
});

test('bytes of a fetcher that crashed are not joined with those of the next: the client is cut', async () => {
  await using running = await mirrorOf({ upstream: { bytesPerSecond: 24 * 2 ** 20 } });
  const { upstream, mirror } = running;
  const image = makeImage({ layerSizes: [64 * 2 ** 20] });
  upstream.push('team/app', image);
  upstream.faults.inject('cdn', { type: 'corrupt', byte: 10 });
  const [layer = image.config] = image.layers;
  const reader = mirror.client.open(`/v2/team/app/blobs/${layer.digest}`);
  await reader.received(1_000_000);
  reader.pause();
  // Far more than connections hold: nginx has a whole slice in hand, and will ask for the next one later.
  await expect.poll(() => upstream.traffic.bytes({ kind: 'cdn' })).toBeGreaterThan(40 * 2 ** 20);
  await mirror.stopFetcher('SIGKILL');
  upstream.faults.heal();
  await mirror.startFetcher();
  reader.resume();
  await expect(reader.body).rejects.toThrow('aborted');
});

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
