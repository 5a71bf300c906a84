import { makeImage } from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mirrorOf, type MirroredUpstream } from './mirror/mirror-of.ts';
import { pull } from './mirror/pull.ts';
import { registryError } from './mirror/registry-client.ts';

describe('while the upstream is down', () => {
  const warm = makeImage({ layerSizes: [1000, 100_000] });
  const cold = makeImage();
  let running: MirroredUpstream;
  beforeAll(async () => {
    running = await mirrorOf({ cache: { tagTTLSeconds: 0 } });
    const { upstream, mirror } = running;
    upstream.push('team/app', warm, 'v1');
    upstream.push('team/app', cold, 'v2');
    await pull(mirror.client, 'team/app', 'v1');
    await mirror.client.get('/v2/team/app/tags/list');
    await upstream.goDown();
  });
  afterAll(() => running[Symbol.asyncDispose]());

  test('what was pulled before is pulled again, by its stale tag, also after both programs were restarted', async () => {
    const wanted = [warm.root.digest, ...warm.blobs.map(({ digest }) => digest)];
    const { mirror } = running;
    expect(await pull(mirror.client, 'team/app', 'v1')).toEqual(wanted);
    await mirror.restart();
    expect(await pull(mirror.client, 'team/app', 'v1')).toEqual(wanted);
    await expect.poll(() => mirror.lastLogged('/v2/team/app/manifests/v1')).toMatchObject({ fetcher: 'stale' });
  });

  test('a list of tags that was seen before is given', async () => {
    const { status, body } = await running.mirror.client.get('/v2/team/app/tags/list');
    expect({ status, ...JSON.parse(body.toString()) }).toEqual({ status: 200, name: 'team/app', tags: ['v1', 'v2'] });
  });

  test.each([
    { what: 'tag', path: '/v2/team/app/manifests/v2' },
    { what: 'manifest', path: `/v2/team/app/manifests/${cold.root.digest}` },
    { what: 'blob', path: `/v2/team/app/blobs/${cold.config.digest}` },
    { what: 'list of tags', path: '/v2/other/app/tags/list' },
  ])('a $what never seen before is an error that names the upstream, and no 404', async ({ path }) => {
    const answer = await running.mirror.client.get(path);
    expect(answer.status).toBeGreaterThanOrEqual(502);
    const { code, message } = registryError(answer);
    expect(code).toBe('UNAVAILABLE');
    expect(message).toContain(running.upstream.host);
    expect((await running.mirror.client.head(path)).status).toBeGreaterThanOrEqual(502);
  });

  test('it is asked again when it is back', async () => {
    const { upstream, mirror } = running;
    await upstream.resume();
    await expect.poll(() => mirror.client.get('/v2/team/app/manifests/v2')).toMatchObject({ status: 200 });
    expect(await pull(mirror.client, 'team/app', 'v2')).toContain(cold.config.digest);
  });
});

test('a blob comes from its file, and a manifest from memory, when the fetcher is killed', async () => {
  await using running = await mirrorOf();
  const { upstream, mirror } = running;
  const image = makeImage();
  upstream.push('team/app', image, 'v1');
  await pull(mirror.client, 'team/app', image.root.digest);
  await mirror.stopFetcher('SIGKILL');
  expect(await pull(mirror.client, 'team/app', image.root.digest)).toHaveLength(3);
  expect(await mirror.client.get('/v2/team/app/manifests/v1')).toMatchObject({ status: 503 });
  await mirror.startFetcher();
  expect(await mirror.client.get('/v2/team/app/manifests/v1')).toMatchObject({ status: 200 });
});

test.each([
  { status: 429, code: 'TOOMANYREQUESTS', answered: 429 },
  { status: 500, code: 'UNAVAILABLE', answered: 502 },
  { status: 503, code: 'UNAVAILABLE', answered: 502 },
])(
  'an upstream that says $status makes no 404, is not remembered by nginx, and a stale tag is better',
  async ({ status, code, answered }) => {
    await using running = await mirrorOf({ cache: { tagTTLSeconds: 0 } });
    const { upstream, mirror } = running;
    upstream.push('team/app', makeImage(), 'known', 'unknown');
    expect(await mirror.client.get('/v2/team/app/manifests/known')).toMatchObject({ status: 200 });
    upstream.faults.inject('manifest', { type: 'status', status });
    expect(await mirror.client.get('/v2/team/app/manifests/known')).toMatchObject({ status: 200 });
    const refused = await mirror.client.get('/v2/team/app/manifests/unknown');
    expect({ status: refused.status, code: registryError(refused).code }).toEqual({ status: answered, code });
    upstream.faults.heal();
    expect(await mirror.client.get('/v2/team/app/manifests/unknown')).toMatchObject({ status: 200 });
  },
);
