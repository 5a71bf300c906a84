import { request } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeUpstream, makeImage, makeIndex, type FakeUpstreamOptions } from '../../src/index.ts';

const image = makeImage({ layerSizes: [300_000, 0] });
const [layer = image.config] = image.layers;
const accept = { Accept: image.root.mediaType };
const open: FakeUpstream[] = [];

async function start(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start(options);
  upstream.push('team/app', image, 'v1');
  open.push(upstream);
  return upstream;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((upstream) => upstream.close()));
});

describe('a registry', () => {
  test('answers manifests by tag and by digest with their digest and type', async () => {
    const upstream = await start();
    for (const reference of ['v1', image.root.digest]) {
      const answer = await fetch(`${upstream.url}/v2/team/app/manifests/${reference}`, { headers: accept });
      expect(answer.headers.get('docker-content-digest')).toBe(image.root.digest);
      expect(answer.headers.get('content-type')).toBe(image.root.mediaType);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(image.root.bytes);
    }
  });

  test('does not give a manifest of a type the client did not name', async () => {
    const upstream = await start();
    const answer = await fetch(`${upstream.url}/v2/team/app/manifests/v1`, { headers: { Accept: 'text/plain' } });
    expect(answer.status).toBe(404);
  });

  test('sends blobs to a CDN on another port, which counts their bytes', async () => {
    const upstream = await start();
    const answer = await fetch(`${upstream.url}/v2/team/app/blobs/${layer.digest}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(layer.bytes);
    expect(new URL(answer.url).origin).toBe(upstream.cdnUrl);
    expect(upstream.traffic.count({ kind: 'blob', status: 307 })).toBe(1);
    expect(upstream.traffic.bytes({ kind: 'cdn' })).toBe(layer.bytes.length);
  });

  test('knows a blob only in the repositories it was pushed to', async () => {
    const upstream = await start();
    upstream.push('team/other', makeImage());
    expect((await fetch(`${upstream.url}/v2/team/other/blobs/${layer.digest}`)).status).toBe(404);
  });

  test('pages tags with an absolute Link', async () => {
    const upstream = await start();
    upstream.push('team/app', image, 'v2', 'v3');
    const answer = await fetch(`${upstream.url}/v2/team/app/tags/list?n=2`);
    expect(await answer.json()).toEqual({ name: 'team/app', tags: ['v1', 'v2'] });
    expect(answer.headers.get('link')).toBe(`<${upstream.url}/v2/team/app/tags/list?n=2&last=v2>; rel="next"`);
  });

  test('lists the referrers of a manifest', async () => {
    const upstream = await start();
    const signature = makeImage({ subject: image.root, artifactType: 'application/vnd.example.signature' });
    upstream.push('team/app', signature);
    const answer = await fetch(`${upstream.url}/v2/team/app/referrers/${image.root.digest}`);
    expect(await answer.json()).toMatchObject({
      manifests: [{ digest: signature.root.digest, artifactType: 'application/vnd.example.signature' }],
    });
  });

  test('serves TLS with a certificate of its own authority', async () => {
    const upstream = await start({ tls: true, host: 'localhost' });
    expect(await tlsStatus(`${upstream.url}/v2/`, upstream.caCertificate)).toBe(200);
    await expect(tlsStatus(`${upstream.url}/v2/`, undefined)).rejects.toThrow(/certificate/);
    expect(upstream.traffic.requests[0]?.serverName).toBe('localhost');
  });
});

describe('authentication', () => {
  test('a bearer challenge names the realm, the service and the scope, and the token opens the repository', async () => {
    const upstream = await start({ auth: { mode: 'bearer' } });
    const blob = `${upstream.url}/v2/team/app/blobs/${layer.digest}`;
    const refused = await fetch(blob, { redirect: 'manual' });
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer realm="${upstream.tokenUrl}/token",service="fake-upstream",scope="repository:team/app:pull"`,
    );
    const token = await tokenFrom(`${upstream.tokenUrl}/token?service=fake-upstream&scope=repository:team/app:pull`);
    const headers = { Authorization: `Bearer ${token}` };
    expect((await fetch(blob, { redirect: 'manual', headers })).status).toBe(307);
    upstream.tokens.revokeAll();
    expect((await fetch(blob, { redirect: 'manual', headers })).status).toBe(401);
  });

  test('with a password set, anonymous tokens open nothing and wrong passwords get none', async () => {
    const upstream = await start({ auth: { mode: 'bearer', username: 'u', password: 'p' } });
    const ask = `${upstream.tokenUrl}/token?service=fake-upstream&scope=repository:team/app:pull`;
    const token = await tokenFrom(ask);
    const headers = { Authorization: `Bearer ${token}` };
    expect((await fetch(`${upstream.url}/v2/team/app/tags/list`, { headers })).status).toBe(401);
    expect((await fetch(ask, { headers: { Authorization: 'Basic eDp5' } })).status).toBe(401);
  });

  test('basic credentials are asked for and checked', async () => {
    const upstream = await start({ auth: { mode: 'basic', username: 'u', password: 'p' } });
    const headers = { Authorization: `Basic ${btoa('u:p')}` };
    expect((await fetch(`${upstream.url}/v2/`)).status).toBe(401);
    expect((await fetch(`${upstream.url}/v2/`, { headers })).status).toBe(200);
  });

  test('the CDN refuses requests that carry an Authorization header', async () => {
    const upstream = await start();
    const { location } = Object.fromEntries(
      (await fetch(`${upstream.url}/v2/team/app/blobs/${layer.digest}`, { redirect: 'manual' })).headers,
    );
    expect((await fetch(location ?? '', { headers: { Authorization: 'Bearer x' } })).status).toBe(400);
    expect((await fetch(location ?? '', { headers: { Range: 'bytes=10-19' } })).status).toBe(206);
  });
});

describe('faults', () => {
  const blob = (upstream: FakeUpstream) => fetch(`${upstream.url}/v2/team/app/blobs/${layer.digest}`);

  test('a status is answered as often as was asked for', async () => {
    const upstream = await start();
    upstream.faults.inject('blob', { type: 'status', status: 429, retryAfterSeconds: 7 }, 1);
    const refused = await blob(upstream);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await blob(upstream)).status).toBe(200);
  });

  test('one byte is corrupted', async () => {
    const upstream = await start();
    upstream.faults.inject('cdn', { type: 'corrupt', byte: 5 });
    const bytes = Buffer.from(await (await blob(upstream)).arrayBuffer());
    expect([bytes.length, bytes.equals(layer.bytes)]).toEqual([layer.bytes.length, false]);
    expect(bytes.subarray(6)).toEqual(layer.bytes.subarray(6));
  });

  test.each([
    { type: 'cut', afterBytes: 1000 },
    { type: 'wrongLength', length: layer.bytes.length + 1 },
  ] as const)('$type breaks the transfer', async (fault) => {
    const upstream = await start();
    upstream.faults.inject('cdn', fault);
    const answer = await blob(upstream);
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
  });

  test.each([{ type: 'hang' }, { type: 'stall', afterBytes: 10 }] as const)(
    '$type keeps the client waiting',
    async (f) => {
      const upstream = await start();
      upstream.faults.inject('cdn', f);
      const signal = AbortSignal.timeout(200);
      const waiting = fetch(`${upstream.url}/v2/team/app/blobs/${layer.digest}`, { signal }).then((a) =>
        a.arrayBuffer(),
      );
      await expect(waiting).rejects.toThrow('timeout');
    },
  );

  test('a slow transfer takes the time its speed says', async () => {
    const upstream = await start();
    upstream.faults.inject('cdn', { type: 'slow', bytesPerSecond: 1_000_000 });
    const started = Date.now();
    await (await blob(upstream)).arrayBuffer();
    expect(Date.now() - started).toBeGreaterThan(200);
  });

  test('down refuses connections, and the upstream comes back on the same port', async () => {
    const upstream = await start();
    await upstream.goDown();
    await expect(blob(upstream)).rejects.toThrow('fetch failed');
    await upstream.resume();
    expect((await blob(upstream)).status).toBe(200);
  });
});

test('an index carries everything its images consist of', () => {
  const docker = makeImage({ format: 'docker', algorithm: 'sha512' });
  const index = makeIndex([image, makeIndex([docker])]);
  expect(index.manifests.map(({ digest }) => digest)).toContain(docker.root.digest);
  expect(docker.root.digest).toMatch(/^sha512:[0-9a-f]{128}$/);
  expect(index.blobs).toHaveLength(image.blobs.length + docker.blobs.length);
});

function tlsStatus(url: string, ca: string | undefined): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, ca === undefined ? {} : { ca }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

async function tokenFrom(url: string): Promise<string> {
  const answer: unknown = await (await fetch(url)).json();
  return answer !== null && typeof answer === 'object' && 'token' in answer ? String(answer.token) : '';
}
