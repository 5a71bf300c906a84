import { expect, test } from 'vitest';
import { parseRoute } from '../../src/serve/route.ts';

const hex = 'ab'.repeat(32);
const digest = { algorithm: 'sha256', hex, text: `sha256:${hex}` };

test.each([
  { target: `/v2/a/blobs/sha256:${hex}`, route: { kind: 'blob', repository: 'a', digest } },
  { target: `/v2/a/b-c/d__e.f/blobs/sha256%3A${hex}`, route: { kind: 'blob', repository: 'a/b-c/d__e.f', digest } },
  { target: `/v2/a/manifests/sha256:${hex}?ns=x`, route: { kind: 'manifest', repository: 'a', digest } },
  { target: '/v2/a/manifests/v1.0_x-y', route: { kind: 'tag', repository: 'a', tag: 'v1.0_x-y' } },
  {
    target: '/v2/blobs/manifests/manifests/latest',
    route: { kind: 'tag', repository: 'blobs/manifests', tag: 'latest' },
  },
  { target: '/healthz', route: { kind: 'health' } },
  { target: '/metrics', route: { kind: 'metrics' } },
  { target: '/v2/', route: { kind: 'nothing' } },
  { target: '//', route: { kind: 'nothing' } },
  { target: `/v2/a/blobs/sha256:${hex.toUpperCase()}`, route: { kind: 'invalid', code: 'DIGEST_INVALID' } },
  { target: `/v2/a/blobs/md5:${hex}`, route: { kind: 'invalid', code: 'DIGEST_INVALID' } },
  { target: '/v2/a/referrers/latest', route: { kind: 'invalid', code: 'DIGEST_INVALID' } },
  { target: `/v2/a/manifests/${'x'.repeat(129)}`, route: { kind: 'invalid', code: 'MANIFEST_INVALID' } },
  { target: `/v2/${'x'.repeat(256)}/manifests/v1`, route: { kind: 'invalid', code: 'NAME_INVALID' } },
  { target: '/v2/.a/manifests/v1', route: { kind: 'invalid', code: 'NAME_INVALID' } },
  { target: '/v2/a//b/manifests/v1', route: { kind: 'invalid', code: 'NAME_INVALID' } },
])('$target', ({ target, route }) => {
  expect(parseRoute(target)).toEqual(route);
});

test('lists keep their query', () => {
  const route = parseRoute('/v2/a/b/tags/list?n=2&last=x');
  expect(route).toMatchObject({ kind: 'tags', repository: 'a/b', path: 'tags/list' });
  expect(route.kind === 'tags' && route.query.toString()).toBe('n=2&last=x');
  expect(parseRoute(`/v2/a/referrers/sha256:${hex}`)).toMatchObject({
    kind: 'referrers',
    path: `referrers/sha256:${hex}`,
  });
});
