import { assert, domain, integer, option, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimSpec } from '../../src/api/claim-spec.ts';
import { parseDuration } from '../../src/api/duration.ts';
import { parseRegistryHost, withoutPort } from '../../src/api/host.ts';
import { normaliseMirror } from '../../src/api/normalise.ts';
import { parseQuantity } from '../../src/api/quantity.ts';

test('the least a user must say is completed with defaults', () => {
  expect(normaliseMirror('docker', { upstreamUrl: 'hub.docker.io' })).toEqual({
    warnings: [],
    spec: {
      upstreamHost: 'hub.docker.io',
      masqueradeHost: 'mirror-hub.docker.io',
      upstream: { host: 'hub.docker.io', plainHTTP: false, redirectHosts: [], tokenHosts: [] },
      claim: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
      templateOptions: {},
      replicas: 2,
      cache: { tagTTLSeconds: 30, staleIfErrorSeconds: 604_800 },
    },
  });
});

test('what the user says is kept', () => {
  const raw = {
    upstreamUrl: 'docker.io',
    masqueradeUrl: 'Local.Docker.io:8443',
    credentialsSecret: 'login',
    priorityClass: 'high',
    addressing: [{ type: 'services', services: { x: 1 } }],
    template: 'nginx',
    templateOptions: { workers: 2 },
    replicas: 3,
    cache: { tagTTL: '5m', staleIfError: '12h', maxSize: '1Gi' },
    upstream: { plainHTTP: true, redirectHosts: ['*.example.com'], tokenHosts: ['auth.example.com'] },
    volumeClaimTemplate: { spec: { storageClassName: 'fast', resources: { requests: { storage: '8Gi' } } } },
    unknown: 'kept by the API server, of no meaning here',
  };
  expect(normaliseMirror('docker', raw)).toEqual({
    warnings: [],
    spec: {
      upstreamHost: 'docker.io',
      masqueradeHost: 'local.docker.io:8443',
      upstream: {
        host: 'registry-1.docker.io',
        plainHTTP: true,
        redirectHosts: ['production.cloudflare.docker.com', '*.r2.cloudflarestorage.com', '*.example.com'],
        tokenHosts: ['auth.example.com'],
      },
      credentialsSecret: 'login',
      priorityClass: 'high',
      addressing: [{ type: 'services', services: { x: 1 } }],
      template: 'nginx',
      templateOptions: { workers: 2 },
      replicas: 3,
      cache: { tagTTLSeconds: 300, staleIfErrorSeconds: 43_200, maxSizeBytes: 2 ** 30 },
      claim: {
        storageClassName: 'fast',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '8Gi' } },
      },
    },
  });
});

test('a scheme is taken off, with a warning', () => {
  const raw = { upstreamUrl: 'http://Registry.example.com:5000/', masqueradeUrl: 'https://m.example.com' };
  expect(normaliseMirror('docker', raw)).toMatchObject({
    spec: { upstreamHost: 'registry.example.com:5000', masqueradeHost: 'm.example.com' },
    warnings: [
      'spec.upstreamUrl names a host, without a scheme: http:// is ignored, registry.example.com:5000 is used (spec.upstream.plainHTTP asks for a connection without TLS)',
      'spec.masqueradeUrl names a host, without a scheme: https:// is ignored, m.example.com is used',
    ],
  });
});

describe('what an older schema let through is named with its field', () => {
  test.each<{ raw: unknown; fields: readonly string[]; name?: string }>([
    { raw: undefined, fields: ['spec.upstreamUrl'] },
    { raw: { masqueradeUrl: 'a.b' }, fields: ['spec.upstreamUrl'] },
    { raw: { upstreamUrl: 17 }, fields: ['spec.upstreamUrl'] },
    { raw: { upstreamUrl: 'quay.io/path' }, fields: ['spec.upstreamUrl'] },
    { raw: { upstreamUrl: 'quay.io:99999' }, fields: ['spec.upstreamUrl'] },
    { raw: { upstreamUrl: 'quay.io', addressing: [{}] }, fields: ['spec.addressing[0].type'] },
    { raw: { upstreamUrl: 'quay.io' }, name: 'quay.io', fields: ['metadata.name'] },
    {
      raw: { upstreamUrl: 'quay.io', cache: { maxSize: '3Gi' }, volumeClaimTemplate: claimOf('2Gi') },
      fields: ['spec.cache.maxSize'],
    },
  ])('$fields', ({ raw, name, fields }) => {
    expect(normaliseMirror(name ?? 'docker', raw)).toMatchObject({ problems: fields.map((field) => ({ field })) });
  });
});

describe('claims', () => {
  const whole = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } };
  test.each([
    { title: 'nothing said', template: undefined, claim: whole },
    { title: 'empty resources', template: { spec: { resources: {} } }, claim: whole },
    {
      title: 'snake_case keys',
      template: { spec: { access_modes: ['ReadWriteMany'], storage_class_name: 'fast', volume_mode: 'Filesystem' } },
      claim: { ...whole, accessModes: ['ReadWriteMany'], storageClassName: 'fast', volumeMode: 'Filesystem' },
    },
    {
      title: 'limits beside requests',
      template: { spec: { resources: { requests: { storage: '8Gi' }, limits: { storage: '9Gi' } } } },
      claim: { ...whole, resources: { requests: { storage: '8Gi' }, limits: { storage: '9Gi' } } },
    },
  ])('$title', ({ template, claim }) => expect(claimSpec(template)).toEqual(claim));
});

describe('hosts', () => {
  test.each([
    ['quay.io', 'quay.io'],
    ['QUAY.io:443', 'quay.io:443'],
    ['localhost:5000', 'localhost:5000'],
    ['https://quay.io/', 'quay.io'],
    ['quay.io/v2', undefined],
    ['quay..io', undefined],
    ['-quay.io', undefined],
    ['quay.io:0', undefined],
    ['user@quay.io', undefined],
    ['', undefined],
  ])('%s is %s', (text, host) => expect(parseRegistryHost(text)?.host).toBe(host));
  test('making a host uniform twice changes nothing', () =>
    assert(
      property(domain(), option(integer({ min: 1, max: 65_535 })), (name, port) => {
        const host = parseRegistryHost(port === null ? name : `${name}:${port}`)?.host;
        expect(parseRegistryHost(host ?? '')?.host).toBe(host);
        expect(withoutPort(host ?? '')).toBe(name.toLowerCase());
      }),
    ));
});

test.each([
  ['20Gi', 21_474_836_480],
  ['20G', 20_000_000_000],
  ['1.5Mi', 1_572_864],
  ['2e9', 2_000_000_000],
  ['500m', 1],
  [1024, 1024],
  ['20 Gi', undefined],
  ['-1', undefined],
])('the size %s is %s bytes', (text, bytes) => expect(parseQuantity(text)).toBe(bytes));

test.each([
  ['30s', 30],
  ['5m', 300],
  ['12h', 43_200],
  ['7d', 604_800],
  ['7', undefined],
  ['1w', undefined],
])('the duration %s is %s seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

function claimOf(storage: string): object {
  return { spec: { resources: { requests: { storage } } } };
}
