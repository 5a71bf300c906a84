import { makeImage } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { errorCode } from './harness/get.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror, type MirrorOptions } from './harness/mirror.ts';

const image = makeImage({ layerSizes: [2000] });
const other = makeImage();
const credentials = { username: 'puller', password: 'p4ss:"word' };
const blobs = image.blobs.map(({ digest }) => `team/app/blobs/${digest}`);

async function start(options: MirrorOptions): Promise<Mirror> {
  const mirror = await Mirror.start(options);
  mirror.upstream.push('team/app', image, 'v1');
  mirror.upstream.push('team/other', other, 'v1');
  return mirror;
}

describe('an upstream with bearer tokens', () => {
  test('is asked for one token by forty parallel cold requests, and for none afterwards', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'bearer' } } });
    const paths = [...blobs, 'team/app/manifests/v1', `team/app/manifests/${image.root.digest}`];
    const requests = Array.from({ length: 40 }, (_, index) => mirror.get(paths[index % paths.length] ?? ''));
    expect(new Set((await Promise.all(requests)).map(({ status }) => status))).toEqual(new Set([200]));
    await mirror.get('team/app/tags/list');
    expect(mirror.upstream.traffic.count({ kind: 'token' })).toBe(1);
  });

  test('gives a token for each repository', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'bearer' } } });
    await mirror.get('team/app/manifests/v1');
    await mirror.get('team/other/manifests/v1');
    expect(mirror.upstream.traffic.select({ kind: 'token' }).map(({ path }) => path)).toEqual([
      '/token?service=fake-upstream&scope=repository%3Ateam%2Fapp%3Apull',
      '/token?service=fake-upstream&scope=repository%3Ateam%2Fother%3Apull',
    ]);
  });

  test('is asked anew when it revokes its tokens', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'bearer' } } });
    await mirror.get(blobs[0] ?? '');
    mirror.upstream.tokens.revokeAll();
    expect((await mirror.get(blobs[1] ?? '')).status).toBe(200);
    expect(mirror.upstream.traffic.count({ kind: 'token' })).toBe(2);
  });

  test('is asked anew before a token expires: at 0.8 of its time', async () => {
    const mirror = await start({
      upstream: { auth: { mode: 'bearer', expiresInSeconds: 0.5 } },
      cache: { tagTTLSeconds: 0 },
    });
    await mirror.get('team/app/manifests/v1');
    await eventually(async () => {
      await mirror.get('team/app/manifests/v1');
      return mirror.upstream.traffic.count({ kind: 'token' }) === 2;
    });
    // One refusal, the very first: later tokens are replaced while they still open.
    expect(mirror.upstream.traffic.count({ kind: 'manifest', status: 401 })).toBeLessThanOrEqual(2);
  });

  test('gets user name and password at its token service only', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'bearer', ...credentials } }, credentials });
    expect((await mirror.get(blobs[0] ?? '')).status).toBe(200);
    const withPassword = mirror.upstream.traffic.requests.filter(({ headers }) =>
      headers.authorization?.includes('Basic'),
    );
    expect(withPassword.map(({ kind }) => kind)).toEqual(['token']);
  });

  test.each([
    { title: 'wrong credentials', credentials: { ...credentials, password: 'wrong' } },
    { title: 'no credentials', credentials: undefined },
  ])('denies access with $title: 403, never a challenge to the client', async ({ credentials: given }) => {
    const auth = { mode: 'bearer', ...credentials } as const;
    const mirror = await start({ upstream: { auth }, ...(given ? { credentials: given } : {}) });
    const answer = await mirror.get('team/app/manifests/v1');
    expect([answer.status, errorCode(answer), answer.headers['www-authenticate']]).toEqual([403, 'DENIED', undefined]);
  });

  test('sees new credentials as soon as their files change', async () => {
    const wrong = { ...credentials, password: 'old' };
    const mirror = await start({ upstream: { auth: { mode: 'bearer', ...credentials } }, credentials: wrong });
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(403);
    await mirror.writeCredentials(credentials);
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(200);
  });

  test('is not sent the credentials when its realm is on a host that is not trusted', async () => {
    const realm = 'http://attacker.example/token';
    const mirror = await start({ upstream: { auth: { mode: 'bearer', ...credentials, realm } }, credentials });
    const answer = await mirror.get('team/app/manifests/v1');
    expect([answer.status, errorCode(answer)]).toEqual([502, 'UNAVAILABLE']);
    expect(answer.body.toString()).toContain('attacker.example for its token service, which is not in tokenHosts');
  });

  test('whose token service is down is unavailable, not denied', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'bearer' } } });
    mirror.upstream.faults.inject('token', { type: 'status', status: 500 });
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(502);
  });
});

describe('an upstream with user name and password', () => {
  test('gets them once it has asked', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'basic', ...credentials } }, credentials });
    for (const path of blobs) expect((await mirror.get(path)).status).toBe(200);
    expect(mirror.upstream.traffic.count({ status: 401 })).toBe(1);
  });

  test('denies access when they are missing', async () => {
    const mirror = await start({ upstream: { auth: { mode: 'basic', ...credentials } } });
    expect(errorCode(await mirror.get('team/app/manifests/v1'))).toBe('DENIED');
  });
});

describe('a CDN', () => {
  test.each([
    { mode: 'basic', ...credentials },
    { mode: 'bearer', ...credentials },
  ] as const)('never gets the Authorization of an upstream with $mode', async (auth) => {
    const mirror = await start({ upstream: { auth }, credentials });
    expect((await mirror.get(blobs[0] ?? '')).status).toBe(200);
    const seen = mirror.upstream.traffic.select({ kind: 'cdn' });
    expect(seen.map(({ headers, status }) => [headers.authorization, status])).toEqual([[undefined, 200]]);
  });

  test('on a host of its own is followed only when it is listed', async () => {
    const upstream = { cdnHost: 'localhost' };
    const strict = await start({ upstream });
    const refused = await strict.get(blobs[0] ?? '');
    expect([refused.status, errorCode(refused)]).toEqual([502, 'UNAVAILABLE']);
    expect(strict.upstream.traffic.count({ kind: 'cdn' })).toBe(0);
    const listed = await start({ upstream, trust: { redirectHosts: ['localhost'] } });
    expect((await listed.get(blobs[0] ?? '')).status).toBe(200);
  });

  test('without TLS is not followed from an upstream with TLS', async () => {
    const mirror = await start({ upstream: { tls: true } });
    mirror.upstream.faults.inject('blob', { type: 'redirect', location: 'http://127.0.0.1:1/blob' });
    const answer = await mirror.get(blobs[0] ?? '');
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toContain('not https');
  });

  test('that redirects in circles is given up', async () => {
    const mirror = await start({});
    const location = `${mirror.upstream.url}/v2/${blobs[0]}`;
    mirror.upstream.faults.inject('blob', { type: 'redirect', location });
    expect((await mirror.get(blobs[0] ?? '')).status).toBe(502);
    expect(mirror.upstream.traffic.count({ kind: 'blob' })).toBe(6);
  });
});

describe('TLS', () => {
  test('trusts the authority that is configured, and says which host is meant', async () => {
    const mirror = await start({ upstream: { tls: true, host: 'localhost', auth: { mode: 'bearer' } } });
    expect((await mirror.get(blobs[0] ?? '')).status).toBe(200);
    expect(new Set(mirror.upstream.traffic.requests.map(({ serverName }) => serverName))).toEqual(
      new Set(['localhost']),
    );
  });

  test('refuses a certificate of another name', async () => {
    const mirror = await Mirror.prepare({ upstream: { tls: true, host: 'localhost' }, trust: {} });
    await mirror.startFetcher();
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(404);
    const other = await start({ upstream: { tls: true }, trust: { url: mirror.upstream.url } });
    expect((await other.get('team/app/manifests/v1')).status).toBe(502);
  });
});

test('no secret gets into logs or answers', async () => {
  const mirror = await start({ upstream: { auth: { mode: 'bearer', ...credentials } }, credentials });
  mirror.upstream.faults.inject('cdn', { type: 'corrupt', byte: 0 }, 1);
  const answers = [
    await mirror.get(blobs[0] ?? ''),
    await mirror.get('team/app/manifests/v1'),
    await mirror.get('x/y/tags/list'),
  ];
  await mirror.stopFetcher();
  const told = JSON.stringify(mirror.lines) + answers.map(({ body }) => body.toString()).join('\n');
  const sent = mirror.upstream.traffic.requests.flatMap(({ headers }) => headers.authorization ?? []);
  const secrets = [credentials.password, 'signature=', ...sent.map((header) => header.split(' ')[1] ?? header)];
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  expect(sent.length).toBeGreaterThan(1);
});
