import { readFile } from 'node:fs/promises';
import { makeImage } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { ociError } from '../src/serve/oci-error.ts';
import { StoreFullError } from '../src/store/write-whole.ts';
import { errorCode, get } from './harness/get.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror } from './harness/mirror.ts';

const image = makeImage();
const blob = `team/app/blobs/${image.config.digest}`;

async function start(): Promise<Mirror> {
  const mirror = await Mirror.start();
  mirror.upstream.push('team/app', image, 'v1');
  return mirror;
}

describe('an upstream that gives nothing', () => {
  test.each([
    { upstream: 401, status: 403, code: 'DENIED' },
    { upstream: 403, status: 403, code: 'DENIED' },
    { upstream: 404, status: 404, code: 'BLOB_UNKNOWN' },
    { upstream: 500, status: 502, code: 'UNAVAILABLE' },
    { upstream: 503, status: 502, code: 'UNAVAILABLE' },
  ])('with status $upstream is $status $code', async ({ upstream, status, code }) => {
    const mirror = await start();
    mirror.upstream.faults.inject('blob', { type: 'status', status: upstream });
    const answer = await mirror.get(blob);
    expect([answer.status, errorCode(answer)]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body.toString()).toContain('upstream.test:5000');
  });

  test('with 429 is 429, with the time it wants to be left alone', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('manifest', { type: 'status', status: 429, retryAfterSeconds: 17 });
    const answer = await mirror.get('team/app/manifests/v1');
    expect([answer.status, errorCode(answer), answer.headers['retry-after']]).toEqual([429, 'TOOMANYREQUESTS', '17']);
  });

  test('because it does not answer in time is 504', async () => {
    const mirror = await start();
    mirror.upstream.faults.inject('blob', { type: 'hang' });
    const answer = await mirror.get(blob);
    expect([answer.status, errorCode(answer)]).toEqual([504, 'UNAVAILABLE']);
  });

  test('because it speaks plain HTTP where TLS is expected is 502, which names the field to set', async () => {
    const mirror = await Mirror.prepare();
    const url = mirror.upstream.url.replace('http:', 'https:');
    await mirror.startFetcher({ ...mirror.config, upstream: { ...mirror.config.upstream, url } });
    const answer = await mirror.get(blob);
    expect([answer.status, errorCode(answer)]).toEqual([502, 'UNAVAILABLE']);
    expect(answer.body.toString()).toContain(
      'upstream.test:5000 cannot be reached (ERR_SSL_WRONG_VERSION_NUMBER: no TLS there; does it want spec.upstream.plainHTTP?)',
    );
  });

  test('because it is down is 502, after three attempts 503 at once, and fine again when it is back', async () => {
    const mirror = await start();
    await mirror.upstream.goDown();
    const answers = [];
    for (let round = 0; round < 4; round += 1) answers.push(await mirror.get(blob));
    expect(answers.map(({ status }) => status)).toEqual([502, 502, 502, 503]);
    expect(answers.map(errorCode)).toEqual(Array(4).fill('UNAVAILABLE'));
    expect(answers[3]?.headers['retry-after']).toMatch(/^[123]$/);
    await mirror.upstream.resume();
    await eventually(async () => (await mirror.get(blob)).status === 200);
  });
});

test('a mirror whose volume is full says so, and to come back', () => {
  expect(ociError(new StoreFullError(), 'blob')).toEqual({
    status: 503,
    code: 'UNAVAILABLE',
    message: "the mirror's volume is full, and nothing can be evicted",
    retryAfterSeconds: 30,
  });
});

describe('a request', () => {
  test.each([
    { path: '/v2/UPPER/manifests/v1', status: 400, code: 'NAME_INVALID' },
    { path: '/v2/a/../../etc/blobs/x', status: 404, code: 'UNSUPPORTED' },
    { path: '/v2/a%2f..%2fb/manifests/v1', status: 400, code: 'NAME_INVALID' },
    { path: '/v2/app/blobs/sha256:abc', status: 400, code: 'DIGEST_INVALID' },
    { path: '/v2/app/manifests/.hidden', status: 400, code: 'MANIFEST_INVALID' },
    { path: '/v2/app/manifests/sha256:abc', status: 400, code: 'MANIFEST_INVALID' },
    { path: '/elsewhere', status: 404, code: 'UNSUPPORTED' },
  ])('for $path is $status $code and asks nobody', async ({ path, status, code }) => {
    const mirror = await start();
    const answer = await get(mirror.socket, path);
    expect([answer.status, errorCode(answer)]).toEqual([status, code]);
    expect(mirror.upstream.traffic.count()).toBe(0);
  });

  test('that would change something is refused', async () => {
    const mirror = await start();
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      expect((await mirror.get(blob, { method })).status).toBe(405);
  });
});

describe('the fetcher about itself', () => {
  test('is healthy without its upstream', async () => {
    const mirror = await start();
    await mirror.upstream.goDown();
    expect((await get(mirror.socket, '/healthz')).status).toBe(200);
  });

  test('counts requests, bytes, fills and the store', async () => {
    const mirror = await start();
    await mirror.get(blob);
    await eventually(() => mirror.hasLink('team/app', image.config.digest));
    const size = (await readFile(mirror.linkOf('team/app', image.config.digest))).length;
    await eventually(async () => (await mirror.metrics()).includes('fills_total{result="stored"} 1'));
    const samples = (await mirror.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples.sort()).toEqual([
      'entrepot_fetcher_fills_running 0',
      'entrepot_fetcher_fills_total{result="stored"} 1',
      `entrepot_fetcher_store_bytes ${size}`,
      `entrepot_fetcher_upstream_bytes_total{kind="redirect"} ${size}`,
      'entrepot_fetcher_upstream_requests_total{kind="blob",status="307"} 1',
      'entrepot_fetcher_upstream_requests_total{kind="redirect",status="200"} 1',
    ]);
  });
});
