import { writeFile } from 'node:fs/promises';
import { ThrowawayAuthority } from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { nginxTemplate } from '../src/index.ts';
import { defaultInput } from './default-input.ts';
import { Mirror } from './mirror/mirror.ts';
import { MirrorFolder } from './mirror/mirror-folder.ts';
import { testNginx } from './mirror/nginx.ts';
import { registryError } from './mirror/registry-client.ts';
import { until } from './mirror/until.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('nginx -t', () => {
  test.each([
    { title: 'the default configuration', options: {} },
    {
      title: 'every option',
      options: { workerProcesses: 'auto', workerConnections: 512, sliceSizeMiB: 1, accessLog: false },
    },
    { title: 'an address of IPv6', options: { listenAddress: '::1' } },
  ])('has nothing to say about $title', async ({ options }) => {
    const folder = await MirrorFolder.create();
    onTestFinished(() => folder.remove());
    const input = { ...defaultInput, layout: { ...defaultInput.layout, port: 0 } };
    await folder.writeConfig(
      nginxTemplate.render({ ...input, layout: { ...input.layout, port: 5000 } }, nginxTemplate.options.parse(options)),
    );
    await folder.writeCertificate(await (await ThrowawayAuthority.create()).issue([input.mirror.masqueradeHost]));
    expect(await testNginx(folder)).toEqual({
      exitCode: 0,
      says: [
        'nginx: the configuration file ./etc/nginx/conf.d/default.conf syntax is ok\n',
        'nginx: configuration file ./etc/nginx/conf.d/default.conf test is successful\n',
      ].join(''),
    });
  });
});

describe('without its fetcher, nginx', () => {
  let mirror: Mirror;
  beforeAll(async () => {
    mirror = await Mirror.startWithoutFetcher();
  });
  afterAll(() => mirror.stop());

  test('answers /health-check', async () => {
    const answer = await mirror.client.get('/health-check');
    expect({ status: answer.status, body: answer.body.toString() }).toEqual({ status: 200, body: 'ok\n' });
  });

  test.each(['/v2/', '/v2/mirror-quay.io/'])('answers %s as a registry of the second version', async (path) => {
    const { status, headers, body } = await mirror.client.get(path);
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: '{}' });
    expect(headers).toMatchObject({
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json',
    });
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'MKCOL'])(
    'refuses %s with 403 and an error document',
    async (method) => {
      const answer = await mirror.client.send('/v2/team/app/blobs/uploads/', { method, body: 'x' });
      expect(answer.status).toBe(403);
      expect(registryError(answer).code).toBe('DENIED');
    },
  );

  test('lets OPTIONS through', async () => {
    expect(await mirror.client.send('/v2/', { method: 'OPTIONS' })).toMatchObject({ status: 204 });
  });

  test.each(['/', '/v1/', '/metrics', '/healthz'])('knows no path %s', async (path) => {
    const answer = await mirror.client.get(path);
    expect(answer.status).toBe(404);
    expect(registryError(answer).code).toBe('UNSUPPORTED');
  });

  test.each([`blobs/${digest}`, `manifests/${digest}`, 'manifests/v1', 'tags/list', `referrers/${digest}`])(
    'says for %s that it holds no copy of what the upstream has',
    async (path) => {
      const answer = await mirror.client.get(`/v2/team/app/${path}`);
      expect(answer.status).toBe(503);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(registryError(answer)).toEqual({
        code: 'UNAVAILABLE',
        message: 'the mirror of quay.io holds no copy, and its fetcher does not answer',
      });
      expect(await mirror.client.head(`/v2/team/app/${path}`)).toMatchObject({ status: 503 });
    },
  );

  test('writes one line of JSON per request, and none for health checks', async () => {
    const headers = {
      'X-Forwarded-For': '10.0.0.7',
      Host: 'mirror-quay.io',
      Authorization: `Basic ${btoa('"joe":secret')}`,
    };
    await mirror.client.get('/health-check');
    await mirror.client.get('/v2/?said="hello"', headers);
    const line = await until('the log line', () =>
      mirror.nginx.stdout.split('\n').find((text) => text.includes('hello')),
    );
    const steady = line.replace(/"time":"[^"]+"/, '"time":"T"').replace(/"seconds":[\d.]+/, '"seconds":0.000');
    expect(steady).toBe(
      '{"time":"T","http.request.headers.host":"mirror-quay.io","http.request.headers.x-forwarded-for":"10.0.0.7",' +
        String.raw`"http.request.method":"GET","http.request.uri":"/v2/?said=\"hello\"","http.response.status-code":"200",` +
        String.raw`"http.response.body.bytes":2,"seconds":0.000,"cache":"local","fetcher":"","username":"\"joe\""}`,
    );
    expect(mirror.nginx.stdout).not.toContain('health-check');
  });
});

test('as an ordinary user that may write nothing but store, sockets and scratch, nginx says nothing and serves', async () => {
  // As root: another user, as in a pod. Everybody else is an ordinary user already.
  await using mirror = await Mirror.startWithoutFetcher(process.getuid?.() === 0 ? { uid: 65_532 } : {});
  const path = 'var/lib/registry/store/repos/quay.io/team/app';
  await mirror.folder.write(`${path}/${digest}`, 'bytes');
  await writeFile(mirror.folder.path(`${path}/note`), 'no blob');
  const { status, body } = await mirror.client.get(`/v2/team/app/blobs/${digest}`);
  expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'bytes' });
  expect(mirror.nginx.stderr).toBe('');
});
