import { parseFetcherConfig } from '@entrepot/mirror-fetcher';
import { describe, expect, test } from 'vitest';
import { nginxTemplate } from '../src/index.ts';
import { defaultInput } from './default-input.ts';

const defaults = nginxTemplate.options.parse({});
const { upstream } = defaultInput;

function render(input = defaultInput, options: unknown = {}) {
  return nginxTemplate.render(input, nginxTemplate.options.parse(options)).files;
}

describe('default.conf', () => {
  test('is this text for a mirror with nothing special about it', async () => {
    await expect(render()['default.conf']).toMatchFileSnapshot('./expected/default.conf');
  });

  test.each([
    { options: { workerProcesses: 'auto' }, line: 'worker_processes auto;' },
    { options: { workerConnections: 1000 }, line: 'worker_connections 1000;' },
    { options: { workerConnections: 1000 }, line: 'worker_rlimit_nofile 2512;' },
    { options: { sliceSizeMiB: 1 }, line: 'slice 1048576;' },
    { options: { listenAddress: '127.0.0.1' }, line: 'listen 127.0.0.1:5000 ssl;' },
    { options: { listenAddress: '::' }, line: 'listen [::]:5000 ipv6only=off ssl;' },
    { options: { listenAddress: '::1' }, line: 'listen [::1]:5000 ssl;' },
    { options: { accessLog: false }, line: 'access_log off;' },
  ])('with $options has the line $line', ({ options, line }) => {
    expect(linesOf(render(defaultInput, options)['default.conf'])).toContain(line);
  });

  test.each([
    { ipFamilies: [], options: {}, line: 'listen 0.0.0.0:5000 ssl;' },
    { ipFamilies: ['IPv4'], options: {}, line: 'listen 0.0.0.0:5000 ssl;' },
    { ipFamilies: ['IPv6'], options: {}, line: 'listen [::]:5000 ipv6only=off ssl;' },
    { ipFamilies: ['IPv4', 'IPv6'], options: {}, line: 'listen [::]:5000 ipv6only=off ssl;' },
    { ipFamilies: ['IPv6'], options: { listenAddress: '127.0.0.1' }, line: 'listen 127.0.0.1:5000 ssl;' },
  ] as const)(
    'where the Service has addresses of $ipFamilies, has with $options the line $line',
    ({ ipFamilies, options, line }) => {
      expect(linesOf(render({ ...defaultInput, ipFamilies }, options)['default.conf'])).toContain(line);
    },
  );

  test('a tag that may not be believed for any time is not kept by nginx either', () => {
    const cache = { ...defaultInput.cache, tagTTLSeconds: 0 };
    expect(linesOf(render()['default.conf'])).toContain('proxy_cache_valid 200 1s;');
    expect(linesOf(render({ ...defaultInput, cache })['default.conf'])).not.toContain('proxy_cache_valid 200 1s;');
  });

  test.each([
    { maxSizeBytes: 1_000_000_000_000, size: '95367m', free: '19073m' },
    { maxSizeBytes: 1, size: '64m', free: '32m' },
  ])(
    'a store of $maxSizeBytes bytes has slices of $size beside it, and fewer when less than $free is free',
    ({ maxSizeBytes, size, free }) => {
      const cache = { ...defaultInput.cache, maxSizeBytes };
      const line = `proxy_cache_path var/lib/registry/slices levels=1:2 keys_zone=slices:10m inactive=5m max_size=${size} min_free=${free} use_temp_path=off;`;
      expect(linesOf(render({ ...defaultInput, cache })['default.conf'])).toContain(line);
    },
  );
});

describe('fetcher.json', () => {
  test('is this text for a mirror with nothing special about it', () => {
    expect(render()['fetcher.json']).toBe(`{
  "listen": "run/mirror/fetcher.sock",
  "store": "var/lib/registry/store",
  "volume": "var/lib/registry",
  "slices": {
    "path": "var/lib/registry/slices",
    "levels": [
      1,
      2
    ],
    "sizeBytes": 4194304
  },
  "upstream": {
    "name": "quay.io",
    "url": "https://quay.io",
    "redirectHosts": [],
    "tokenHosts": []
  },
  "cache": {
    "tagTTLSeconds": 30,
    "staleIfErrorSeconds": 604800,
    "maxSizeBytes": 17179869184
  },
  "server": {
    "pidFile": "run/scratch/nginx.pid",
    "host": "127.0.0.1",
    "port": 5000,
    "certificate": "etc/public-certificate/tls.crt"
  }
}
`);
  });

  test('is what the fetcher accepts, with everything the mirror says about its upstream', () => {
    const input = {
      ...defaultInput,
      upstream: {
        host: 'registry.example.org:8443',
        plainHTTP: true,
        redirectHosts: ['*.cdn.example.net'],
        tokenHosts: ['auth.example.net'],
        hasCredentials: true,
        hasCABundle: true,
      },
    };
    expect(parseFetcherConfig(render(input, { sliceSizeMiB: 8 })['fetcher.json'] ?? '')).toEqual({
      listen: 'run/mirror/fetcher.sock',
      store: 'var/lib/registry/store',
      volume: 'var/lib/registry',
      slices: { path: 'var/lib/registry/slices', levels: [1, 2], sizeBytes: 8_388_608 },
      upstream: {
        name: 'registry.example.org:8443',
        url: 'http://registry.example.org:8443',
        redirectHosts: ['*.cdn.example.net'],
        tokenHosts: ['auth.example.net'],
        caFile: 'etc/upstream-certs/ca-certificates.crt',
      },
      credentials: 'etc/upstream-credentials',
      cache: { tagTTLSeconds: 30, staleIfErrorSeconds: 604_800, maxSizeBytes: 17_179_869_184 },
      server: {
        pidFile: 'run/scratch/nginx.pid',
        host: '127.0.0.1',
        port: 5000,
        certificate: 'etc/public-certificate/tls.crt',
      },
    });
  });

  test.each([
    { listenAddress: '0.0.0.0', host: '127.0.0.1' },
    { listenAddress: '::', host: '127.0.0.1' },
    { listenAddress: '::1', host: '::1' },
    { listenAddress: '10.0.0.7', host: '10.0.0.7' },
  ])('says that nginx, listening on $listenAddress, is reached by $host', ({ listenAddress, host }) => {
    const config = parseFetcherConfig(render(defaultInput, { listenAddress })['fetcher.json'] ?? '');
    expect(config.server?.host).toBe(host);
  });

  test('says that nginx, listening where an IPv6 address of the Service leads to, is reached by 127.0.0.1', () => {
    const config = parseFetcherConfig(render({ ...defaultInput, ipFamilies: ['IPv6'] })['fetcher.json'] ?? '');
    expect(config.server?.host).toBe('127.0.0.1');
  });
});

describe('options', () => {
  test('all have defaults', () => {
    expect(defaults).toEqual({
      workerProcesses: 2,
      workerConnections: 4096,
      sliceSizeMiB: 4,
      accessLog: true,
    });
  });

  test.each([
    { workerProcesses: 0 },
    { workerProcesses: '2; user root' },
    { workerConnections: 1 },
    { sliceSizeMiB: 0.5 },
    { listenAddress: 'localhost' },
    { listenAddress: '127.0.0.1; return 200' },
    { listenAddress: 'fe80::1%eth0; ' },
    { accessLog: '/etc/passwd' },
    { sliceSize: '4m' },
  ])('%o is refused', (options) => {
    expect(nginxTemplate.options.safeParse(options).success).toBe(false);
  });
});

describe('values that could break out of their place are refused by field', () => {
  const host = { message: 'must be host[:port] in lower case' };
  const path = { message: 'must be a relative path of letters, digits, . _ -' };
  test.each([
    { field: 'upstream.host', value: 'quay.io; }', ...host },
    { field: 'upstream.host', value: 'quay.io/$arg_x', ...host },
    { field: 'upstream.host', value: 'quay.io\n', ...host },
    { field: 'upstream.host', value: '../..', ...host },
    { field: 'upstream.host', value: '{{layout}}', ...host },
    { field: 'mirror.masqueradeHost', value: 'mirror"', ...host },
    { field: 'mirror.masqueradeHost', value: 'mirror(.*)', ...host },
    { field: 'mirror.masqueradeHost', value: 'Mirror.io', ...host },
    { field: 'mirror.name', value: 'a\nuser root;', message: 'must be a name of Kubernetes' },
    { field: 'layout.store', value: '/var/lib/registry', ...path },
    { field: 'layout.store', value: 'var/../../etc', ...path },
    { field: 'layout.sockets', value: 'run mirror', ...path },
    { field: 'layout.scratch', value: '..', ...path },
  ])('$field $value', ({ field, value, message }) => {
    const [part = '', key = ''] = field.split('.');
    const parts: Readonly<Record<string, object>> = { ...defaultInput };
    const hostile = { ...defaultInput, [part]: { ...parts[part], [key]: value } };
    expect(() => nginxTemplate.render(hostile, defaults)).toThrow(
      `cannot be written into a configuration: ${field} ${message}, not ${JSON.stringify(value)}`,
    );
  });

  test('hosts in lists too', () => {
    const hostile = { ...defaultInput, upstream: { ...upstream, tokenHosts: ['auth.example.org', '*'] } };
    expect(() => nginxTemplate.render(hostile, defaults)).toThrow(
      'upstream.tokenHosts.1 must be a host, or *. and a host',
    );
  });
});

function linesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').map((line) => line.trim());
}
