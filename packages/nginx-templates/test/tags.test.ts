import { setTimeout as delay } from 'node:timers/promises';
import { makeImage } from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mirrorOf, type MirroredUpstream } from './mirror/mirror-of.ts';
import { registryError, type RegistryClient } from './mirror/registry-client.ts';

const ttlSeconds = 2;
/** nginx keeps a tag this long beside the fetcher's time to live. */
const burstSeconds = 1;

describe('tags and lists', () => {
  let running: MirroredUpstream;
  let client: RegistryClient;
  beforeAll(async () => {
    running = await mirrorOf({ cache: { tagTTLSeconds: ttlSeconds } });
    client = running.mirror.client;
  });
  afterAll(() => running[Symbol.asyncDispose]());

  async function digestOf(tag: string): Promise<string | undefined> {
    return String((await client.get(`/v2/team/app/manifests/${tag}`)).headers['docker-content-digest']);
  }

  test('a moved tag is seen within its time to live, and a burst of requests for it is one for the upstream', async () => {
    const [before, after] = [makeImage(), makeImage()];
    running.upstream.push('team/app', before, 'moving');
    running.upstream.traffic.reset();
    await Promise.all(Array.from({ length: 30 }, () => digestOf('moving')));
    expect(running.upstream.traffic.count({ kind: 'manifest' })).toBe(1);
    running.upstream.push('team/app', after, 'moving');
    const movedAt = Date.now();
    let askedAt = movedAt;
    while ((await digestOf('moving')) === before.root.digest) {
      // One more, as nginx counts whole seconds.
      expect(askedAt - movedAt).toBeLessThan((ttlSeconds + burstSeconds + 1) * 1000);
      await delay(20);
      askedAt = Date.now();
    }
    expect(await digestOf('moving')).toBe(after.root.digest);
  });

  test('a tag that was not there is seen soon after it is pushed', async () => {
    const missing = await client.get('/v2/team/app/manifests/later');
    expect({ status: missing.status, code: registryError(missing).code }).toEqual({
      status: 404,
      code: 'MANIFEST_UNKNOWN',
    });
    const image = makeImage();
    running.upstream.push('team/app', image, 'later');
    await expect.poll(() => digestOf('later')).toBe(image.root.digest);
  });

  test('a list comes in pages whose links lead through the mirror', async () => {
    const image = makeImage();
    running.upstream.push('team/pages', image, 'a', 'b', 'c', 'd', 'e');
    const pages: unknown[] = [];
    let next: string | undefined = '/v2/team/pages/tags/list?n=2';
    while (next !== undefined) {
      const { status, headers, body } = await client.get(next);
      expect(status).toBe(200);
      pages.push(JSON.parse(body.toString()));
      next = /^<(?<path>\/v2\/[^>]+)>; rel="next"$/.exec(String(headers.link))?.groups?.path;
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']].map((tags) => ({ name: 'team/pages', tags })));
  });

  test.each([
    { query: '', tags: ['a', 'b', 'c'] },
    { query: '?n=0', tags: [] },
    { query: '?last=a', tags: ['b', 'c'] },
    { query: '?n=1&last=b', tags: ['c'] },
    { query: '?n=5&ns=quay.io', tags: ['a', 'b', 'c'] },
  ])('the list for $query', async ({ query, tags }) => {
    running.upstream.push('team/list', makeImage(), 'a', 'b', 'c');
    const { headers, body } = await client.get(`/v2/team/list/tags/list${query}`);
    expect(JSON.parse(body.toString())).toEqual({ name: 'team/list', tags });
    expect(headers['content-type']).toBe('application/json');
  });

  test('referrers are listed, and can be asked for by their kind', async () => {
    const image = makeImage();
    running.upstream.push('team/signed', image, 'v1');
    const path = `/v2/team/signed/referrers/${image.root.digest}`;
    const signature = makeImage({ subject: image.root, artifactType: 'application/vnd.example.signature' });
    const report = makeImage({ subject: image.root, artifactType: 'application/vnd.example.report' });
    running.upstream.push('team/signed', signature);
    running.upstream.push('team/signed', report);
    const all = await client.get(path);
    expect(all.headers['content-type']).toBe('application/vnd.oci.image.index.v1+json');
    expect(digestsIn(all.body)).toEqual([signature.root.digest, report.root.digest]);
    const reports = await client.get(`${path}?artifactType=application/vnd.example.report`);
    expect(digestsIn(reports.body)).toEqual([report.root.digest]);
    expect(reports.headers['oci-filters-applied']).toBe('artifactType');
  });

  test('of a manifest without referrers the list is empty', async () => {
    const image = makeImage();
    running.upstream.push('team/unsigned', image);
    const { status, body } = await client.get(`/v2/team/unsigned/referrers/${image.root.digest}`);
    expect({ status, digests: digestsIn(body) }).toEqual({ status: 200, digests: [] });
  });

  const unknown = `sha256:${'0'.repeat(64)}`;
  test.each([
    { path: `blobs/${unknown}`, status: 404, code: 'BLOB_UNKNOWN' },
    { path: `manifests/${unknown}`, status: 404, code: 'MANIFEST_UNKNOWN' },
    { path: 'manifests/never', status: 404, code: 'MANIFEST_UNKNOWN' },
    { path: 'blobs/sha256:short', status: 400, code: 'DIGEST_INVALID' },
    { path: 'manifests/.hidden', status: 400, code: 'MANIFEST_INVALID' },
    { path: 'blobs/uploads/', status: 404, code: 'UNSUPPORTED' },
  ])('$path is answered by $status $code', async ({ path, status, code }) => {
    const answer = await client.get(`/v2/team/app/${path}`);
    expect({ status: answer.status, code: registryError(answer).code }).toEqual({ status, code });
    expect((await client.head(`/v2/team/app/${path}`)).status).toBe(status);
  });

  test.each([
    { path: '/v2/no/such/tags/list', status: 404, code: 'NAME_UNKNOWN' },
    { path: '/v2/Upper/tags/list', status: 400, code: 'NAME_INVALID' },
    { path: `/v2/team/-app/blobs/${unknown}`, status: 400, code: 'NAME_INVALID' },
    { path: '/v2/_catalog', status: 404, code: 'UNSUPPORTED' },
  ])('$path is answered by $status $code', async ({ path, status, code }) => {
    const answer = await client.get(path);
    expect({ status: answer.status, code: registryError(answer).code }).toEqual({ status, code });
  });
});

const index = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

function digestsIn(body: Buffer): readonly string[] {
  return index.parse(JSON.parse(body.toString())).manifests.map(({ digest }) => digest);
}
