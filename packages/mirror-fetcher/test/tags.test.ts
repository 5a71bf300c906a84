import { makeImage, makeIndex } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { captivePortal } from './harness/captive-portal.ts';
import { errorCode } from './harness/get.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror, type MirrorOptions } from './harness/mirror.ts';

const first = makeImage();
const second = makeImage();
const noTTL = { tagTTLSeconds: 0 };

async function start(options: MirrorOptions = {}): Promise<Mirror> {
  const mirror = await Mirror.start(options);
  mirror.upstream.push('team/app', first, 'v1');
  return mirror;
}

async function pulled(options: MirrorOptions = {}): Promise<Mirror> {
  const mirror = await start(options);
  expect((await mirror.get('team/app/manifests/v1')).body).toEqual(first.root.bytes);
  return mirror;
}

describe('a tag', () => {
  test('costs one request when cold, and none within its time to live', async () => {
    const mirror = await pulled();
    const again = await mirror.get('team/app/manifests/v1');
    expect(again.headers['x-entrepot-cache']).toBe('hit');
    expect(mirror.upstream.traffic.count()).toBe(1);
  });

  test('is asked by HEAD when its time is over, and not fetched again when it has not moved', async () => {
    const mirror = await pulled({ cache: noTTL });
    await mirror.get('team/app/manifests/v1');
    expect(mirror.upstream.traffic.requests.map(({ method }) => method)).toEqual(['GET', 'HEAD']);
  });

  test('that moved is followed', async () => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.push('team/app', second, 'v1');
    const moved = await mirror.get('team/app/manifests/v1');
    expect(moved.headers['docker-content-digest']).toBe(second.root.digest);
    expect(moved.body).toEqual(second.root.bytes);
  });

  test('is answered to HEAD with everything but the body', async () => {
    const mirror = await start();
    const answer = await mirror.get('team/app/manifests/v1', { method: 'HEAD' });
    expect(answer.headers).toMatchObject({
      'content-type': first.root.mediaType,
      'content-length': String(first.root.bytes.length),
      'docker-content-digest': first.root.digest,
      etag: `"${first.root.digest}"`,
    });
    expect(answer.body.length).toBe(0);
  });

  test('asked for by many at once is asked upstream once', async () => {
    const mirror = await start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => mirror.get('team/app/manifests/v1')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(mirror.upstream.traffic.count()).toBe(1);
  });

  test('that is not there is MANIFEST_UNKNOWN, and believed for a moment only', async () => {
    const mirror = await start({ cache: { tagTTLSeconds: 0.2 } });
    const missing = await mirror.get('team/app/manifests/v2');
    expect([missing.status, errorCode(missing)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    mirror.upstream.push('team/app', second, 'v2');
    expect((await mirror.get('team/app/manifests/v2')).status).toBe(404);
    await eventually(async () => (await mirror.get('team/app/manifests/v2')).status === 200);
  });

  test('that was deleted upstream is gone, and does not come back with an outage', async () => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.contents.removeTag('team/app', 'v1');
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(404);
    await mirror.upstream.goDown();
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(502);
  });
});

describe('a stale tag', () => {
  test.each([
    { title: 'is down', fault: undefined },
    { title: 'says 429', fault: { type: 'status', status: 429, retryAfterSeconds: 1 } },
    { title: 'says 503', fault: { type: 'status', status: 503 } },
    { title: 'gives a poisoned answer', fault: { type: 'corrupt', byte: 3 } },
  ] as const)('is given when the upstream $title', async ({ fault }) => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.push('team/app', second, 'v1');
    if (fault === undefined) await mirror.upstream.goDown();
    else mirror.upstream.faults.inject('manifest', fault);
    const stale = await mirror.get('team/app/manifests/v1');
    expect([stale.status, stale.headers['docker-content-digest']]).toEqual([200, first.root.digest]);
    expect(stale.headers).toMatchObject({ 'x-entrepot-cache': 'stale', warning: '110 - "Response is Stale"' });
    expect(await mirror.metrics()).toContain('entrepot_fetcher_stale_answers_total{kind="manifest"} 1\n');
  });

  test('is given when the upstream hangs, and refreshed in the background', async () => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.push('team/app', second, 'v1');
    mirror.upstream.faults.inject('manifest', { type: 'hang' });
    expect((await mirror.get('team/app/manifests/v1')).headers['x-entrepot-cache']).toBe('stale');
    mirror.upstream.faults.heal();
    await eventually(async () => {
      const answer = await mirror.get('team/app/manifests/v1');
      return answer.headers['docker-content-digest'] === second.root.digest;
    });
  });

  test('is not given by a fetcher that was just started, when the upstream is up and takes its time', async () => {
    const mirror = await pulled({ cache: noTTL });
    await mirror.stopFetcher();
    mirror.upstream.push('team/app', second, 'v1');
    // About a second for the whole of it.
    mirror.upstream.faults.inject('manifest', { type: 'slow', bytesPerSecond: second.root.bytes.length });
    await mirror.startFetcher();
    const moved = await mirror.get('team/app/manifests/v1');
    expect([moved.body, moved.headers['x-entrepot-cache']]).toEqual([second.root.bytes, 'miss']);
  });

  test('survives a restart of the fetcher', async () => {
    const mirror = await pulled({ cache: noTTL });
    await mirror.stopFetcher();
    await mirror.upstream.goDown();
    await mirror.startFetcher();
    const stale = await mirror.get('team/app/manifests/v1');
    expect([stale.body, stale.headers['x-entrepot-cache']]).toEqual([first.root.bytes, 'stale']);
  });

  test('is not given when it is older than staleIfErrorSeconds', async () => {
    const mirror = await pulled({ cache: { tagTTLSeconds: 0, staleIfErrorSeconds: 0 } });
    await mirror.upstream.goDown();
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(502);
  });

  test('is not given when the upstream denies access', async () => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.faults.inject('manifest', { type: 'status', status: 403 });
    for (let round = 0; round < 2; round += 1)
      expect(errorCode(await mirror.get('team/app/manifests/v1'))).toBe('DENIED');
  });

  test('gives way to the new one when a 429 is over', async () => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.push('team/app', second, 'v1');
    mirror.upstream.faults.inject('manifest', { type: 'status', status: 429, retryAfterSeconds: 1 }, 1);
    expect((await mirror.get('team/app/manifests/v1')).headers['x-entrepot-cache']).toBe('stale');
    mirror.upstream.traffic.reset();
    // Nothing is asked before the time the upstream wanted is over.
    expect((await mirror.get('team/app/manifests/v1')).headers['x-entrepot-cache']).toBe('stale');
    expect(mirror.upstream.traffic.count()).toBe(0);
    await eventually(async () => (await mirror.get('team/app/manifests/v1')).headers['x-entrepot-cache'] === 'miss');
  });
});

describe('a manifest by digest', () => {
  test('is stored with its type, and answers GET and HEAD without the upstream afterwards', async () => {
    const mirror = await start();
    const index = makeIndex([first, makeImage({ format: 'docker', algorithm: 'sha512' })]);
    mirror.upstream.push('team/app', index);
    for (const { digest, bytes } of index.manifests)
      expect((await mirror.get(`team/app/manifests/${digest}`)).body).toEqual(bytes);
    await mirror.upstream.goDown();
    for (const { digest, bytes, mediaType } of index.manifests)
      for (const method of ['GET', 'HEAD']) {
        const answer = await mirror.get(`team/app/manifests/${digest}`, { method });
        expect(answer.headers['content-type']).toBe(mediaType);
        expect(answer.headers['x-entrepot-cache']).toBe('hit');
        expect(answer.body.length).toBe(method === 'GET' ? bytes.length : 0);
      }
  });

  test('is not shown to another repository', async () => {
    const mirror = await pulled();
    mirror.upstream.push('public/other', second);
    const answer = await mirror.get(`public/other/manifests/${first.root.digest}`);
    expect([answer.status, errorCode(answer)]).toEqual([404, 'MANIFEST_UNKNOWN']);
  });

  test('is asked with every media type there is, whatever the client accepts', async () => {
    const mirror = await start();
    await mirror.get(`team/app/manifests/${first.root.digest}`, { headers: { Accept: 'text/html' } });
    expect(mirror.upstream.traffic.requests[0]?.headers.accept).toBe(
      [
        'application/vnd.oci.image.index.v1+json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.oci.artifact.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.docker.distribution.manifest.v2+json',
      ].join(', '),
    );
  });
});

describe('lists', () => {
  test("of tags come page by page, with a relative Link, without parameters that are not the upstream's", async () => {
    const mirror = await start();
    mirror.upstream.push('team/app', second, 'v2', 'v3');
    const page = await mirror.get('team/app/tags/list?n=2&ns=upstream.test');
    expect(page.body.toString()).toBe('{"name":"team/app","tags":["v1","v2"]}');
    expect(page.headers.link).toBe('</v2/team/app/tags/list?n=2&last=v2>; rel="next"');
    expect(mirror.upstream.traffic.requests[0]?.path).toBe('/v2/team/app/tags/list?n=2');
    const rest = await mirror.get('team/app/tags/list?n=2&last=v2');
    expect([rest.body.toString(), rest.headers.link]).toEqual(['{"name":"team/app","tags":["v3"]}', undefined]);
  });

  test('of referrers can be filtered, and both filters and pages are kept apart', async () => {
    const mirror = await start();
    const signature = makeImage({ subject: first.root, artifactType: 'application/vnd.example.signature' });
    mirror.upstream.push('team/app', signature);
    const path = `team/app/referrers/${first.root.digest}`;
    const all = await mirror.get(path);
    expect(all.body.toString()).toContain(signature.root.digest);
    const none = await mirror.get(`${path}?artifactType=application/vnd.example.other`);
    expect(none.body.toString()).not.toContain(signature.root.digest);
    expect(none.headers).toMatchObject({
      'content-type': 'application/vnd.oci.image.index.v1+json',
      'oci-filters-applied': 'artifactType',
    });
  });

  test.each(['team/app/tags/list', `team/app/referrers/${first.root.digest}`])(
    '%s is given stale while the upstream is down, also after a restart',
    async (path) => {
      const mirror = await start({ cache: noTTL });
      const fresh = await mirror.get(path);
      await mirror.upstream.goDown();
      expect((await mirror.get(path)).headers['x-entrepot-cache']).toBe('stale');
      await mirror.stopFetcher();
      await mirror.startFetcher();
      expect((await mirror.get(path)).body).toEqual(fresh.body);
    },
  );

  test('of an unknown repository are NAME_UNKNOWN', async () => {
    const mirror = await start();
    const answer = await mirror.get('team/nothing/tags/list');
    expect([answer.status, errorCode(answer)]).toEqual([404, 'NAME_UNKNOWN']);
  });
});

describe('the page of a captive portal', () => {
  test.each(['team/app/manifests/v1', 'team/app/tags/list'])('is no answer to %s, and is not stored', async (path) => {
    const mirror = await start();
    const portal = { type: 'redirect', location: await captivePortal() } as const;
    mirror.upstream.faults.inject('manifest', portal);
    mirror.upstream.faults.inject('tags', portal);
    const answer = await mirror.get(path);
    expect([answer.status, errorCode(answer)]).toEqual([502, 'UNAVAILABLE']);
    expect([...(await mirror.files('manifests')), ...(await mirror.files('answers'))]).toEqual([]);
    mirror.upstream.faults.heal();
    expect((await mirror.get(path)).status).toBe(200);
  });

  test('does not take the place of the tag that is known', async () => {
    const mirror = await pulled({ cache: noTTL });
    mirror.upstream.faults.inject('manifest', { type: 'redirect', location: await captivePortal() });
    const stale = await mirror.get('team/app/manifests/v1');
    expect([stale.body, stale.headers['x-entrepot-cache']]).toEqual([first.root.bytes, 'stale']);
  });
});

describe('what is kept of lists', () => {
  test('is bounded for each repository: the oldest pages go', async () => {
    const mirror = await start();
    for (let page = 0; page < 70; page += 1) await mirror.get(`team/app/tags/list?n=1&last=a${page}`);
    const kept = (await mirror.files('answers')).length;
    expect(kept).toBe(64);
    mirror.upstream.traffic.reset();
    expect((await mirror.get('team/app/tags/list?n=1&last=a69')).headers['x-entrepot-cache']).toBe('hit');
    expect((await mirror.get('team/app/tags/list?n=1&last=a0')).headers['x-entrepot-cache']).toBe('miss');
  });

  test.each(['n=x', 'n=-1', 'n=1234567', 'n=1&n=2', `last=${'a'.repeat(513)}`, 'last=a%0a', 'last=a&last=b'])(
    'is never something that was asked for with %s',
    async (query) => {
      const mirror = await start();
      const answer = await mirror.get(`team/app/tags/list?${query}`);
      expect([answer.status, errorCode(answer)]).toEqual([400, 'PAGINATION_NUMBER_INVALID']);
      expect(mirror.upstream.traffic.count()).toBe(0);
    },
  );
});
