import { describe, expect, test } from 'vitest';
import { ConfigError, parseFetcherConfig } from '../../src/index.ts';

const complete = {
  listen: 'run/mirror/fetcher.sock',
  store: 'var/lib/registry/store',
  slices: { path: 'var/lib/registry/slices', levels: [1, 2], sizeBytes: 4_194_304 },
  upstream: {
    name: 'quay.io',
    url: 'https://quay.io',
    redirectHosts: ['*.cdn.example', '127.0.0.1:5001'],
    tokenHosts: ['auth.example'],
    caFile: 'etc/upstream-certs/ca-certificates.crt',
  },
  credentials: 'etc/upstream-credentials',
  cache: { tagTTLSeconds: 30, staleIfErrorSeconds: 604_800, maxSizeBytes: 17_179_869_184 },
  server: { pidFile: 'run/nginx.pid', host: '127.0.0.1', port: 5000, certificate: 'etc/public-certificate/tls.crt' },
};

describe('fetcher.json', () => {
  test('is read as it is written', () => {
    expect(parseFetcherConfig(JSON.stringify(complete))).toEqual(complete);
  });

  test('needs neither hosts, nor an authority, nor credentials, nor a server to reload', () => {
    const { credentials: _, server: __, ...rest } = complete;
    const upstream = { name: '127.0.0.1:5000', url: 'http://127.0.0.1:5000' };
    expect(parseFetcherConfig(JSON.stringify({ ...rest, upstream }))).toEqual({
      ...rest,
      upstream: { ...upstream, redirectHosts: [], tokenHosts: [] },
    });
  });

  test.each([
    { title: 'text that is not JSON', text: '{', message: 'not JSON' },
    { title: 'an unknown field', change: { tll: 1 }, message: 'Unrecognized key: "tll"' },
    {
      title: 'an upstream with a path',
      upstream: { url: 'https://quay.io/v2' },
      message: 'upstream.url: must be scheme, host',
    },
    { title: 'an upstream with credentials in it', upstream: { url: 'https://u:p@quay.io' }, message: 'upstream.url' },
    { title: 'another protocol', upstream: { url: 'ftp://quay.io' }, message: 'upstream.url' },
    { title: 'a name that leaves its folder', upstream: { name: '../x' }, message: 'upstream.name' },
    {
      title: 'a host with a path',
      upstream: { redirectHosts: ['a/b'] },
      message: 'upstream.redirectHosts.0: must be a host',
    },
    {
      title: 'a negative time',
      change: { cache: { ...complete.cache, tagTTLSeconds: -1 } },
      message: 'cache.tagTTLSeconds',
    },
    { title: 'a port that is none', change: { server: { ...complete.server, port: 0 } }, message: 'server.port' },
    { title: 'several wrong fields', change: { listen: '', store: 1 }, message: /listen: .*; store: / },
  ])('with $title is refused, naming it', ({ text, change, upstream, message }) => {
    const json = text ?? JSON.stringify({ ...complete, ...change, upstream: { ...complete.upstream, ...upstream } });
    const parse = (): unknown => parseFetcherConfig(json);
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(message);
  });
});
