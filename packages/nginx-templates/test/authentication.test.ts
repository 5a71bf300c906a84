import { makeImage, type UpstreamAuth } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { mirrorOf } from './mirror/mirror-of.ts';
import { pull } from './mirror/pull.ts';
import { registryError } from './mirror/registry-client.ts';

const credentials = { username: 'joe', password: 'correct horse' };
const upstreams: readonly { readonly title: string; readonly auth: UpstreamAuth }[] = [
  { title: 'Basic', auth: { mode: 'basic', ...credentials } },
  { title: 'Bearer', auth: { mode: 'bearer', ...credentials } },
];

describe.each(upstreams)('an upstream that wants to be logged in to by $title', ({ auth }) => {
  test('is pulled from with the credentials of the mirror, by clients that have none', async () => {
    await using running = await mirrorOf({ upstream: { auth }, credentials });
    running.upstream.push('team/app', makeImage(), 'v1');
    expect(await pull(running.mirror.client, 'team/app', 'v1')).toHaveLength(3);
  });

  test.each([
    { title: 'no credentials', given: {} },
    { title: 'wrong ones', given: { credentials: { ...credentials, password: 'wrong' } } },
  ])('is no upstream for a mirror with $title: an error, no challenge that clients would answer', async ({ given }) => {
    await using running = await mirrorOf({ upstream: { auth }, ...given });
    const image = makeImage();
    running.upstream.push('team/app', image, 'v1');
    for (const path of ['manifests/v1', `blobs/${image.config.digest}`, 'tags/list']) {
      const answer = await running.mirror.client.get(`/v2/team/app/${path}`);
      expect({ status: answer.status, code: registryError(answer).code }).toEqual({ status: 403, code: 'DENIED' });
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
  });
});

test('anonymous clients of a token service get a token, one for many pulls', async () => {
  await using running = await mirrorOf({ upstream: { auth: { mode: 'bearer' } } });
  running.upstream.push('team/app', makeImage({ layerSizes: [1000, 1000, 1000] }), 'v1');
  expect(await pull(running.mirror.client, 'team/app', 'v1')).toHaveLength(5);
  expect(running.upstream.traffic.count({ kind: 'token' })).toBe(1);
});

test('nothing of what a client says about itself reaches the upstream', async () => {
  await using running = await mirrorOf();
  const image = makeImage();
  running.upstream.push('team/app', image, 'v1');
  const headers = {
    Authorization: 'Bearer of-the-client',
    Cookie: 'a=b',
    Accept: 'text/plain',
    'X-Forwarded-For': '10.9.8.7',
  };
  const paths = [
    'manifests/v1',
    `manifests/${image.root.digest}`,
    'tags/list',
    `referrers/${image.root.digest}`,
    `blobs/${image.config.digest}`,
  ];
  for (const path of paths) {
    expect(await running.mirror.client.get(`/v2/team/app/${path}`, headers)).toMatchObject({ status: 200 });
  }
  expect(running.upstream.traffic.count()).toBeGreaterThan(paths.length - 1);
  const seen = JSON.stringify(running.upstream.traffic.requests.map((request) => request.headers));
  expect(seen).not.toMatch(/of-the-client|a=b|text\/plain|10\.9\.8\.7/);
});
