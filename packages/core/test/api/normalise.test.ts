import { assert, domain, integer, option, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { claimSpec } from '../../src/api/claim-spec.ts';
import { parseDuration } from '../../src/api/duration.ts';
import { parseRegistryHost, withoutPort } from '../../src/api/host.ts';
import { normaliseMirror } from '../../src/api/normalise.ts';
import { problemSentence, sentenceOf } from '../../src/api/problem.ts';
import { parseQuantity } from '../../src/api/quantity.ts';
import { parseSpoken } from '../../src/api/spoken.ts';

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
    warnings: ['the operator ignores what it does not know: spec.unknown'],
    spec: {
      upstreamHost: 'docker.io',
      masqueradeHost: 'local.docker.io:8443',
      upstream: {
        host: 'registry-1.docker.io',
        plainHTTP: true,
        redirectHosts: ['*.example.com'],
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

describe('what an older schema let through is named with its field, in words for users', () => {
  const host =
    'must be a registry host, host[:port], for example quay.io or registry.example.com:5000; no path; IPv6 addresses are not supported';
  const required = 'spec.upstreamUrl: is required: the registry to mirror, as host[:port], for example quay.io';
  const quay = { upstreamUrl: 'quay.io' };
  test.each<{ raw: unknown; says: string; name?: string }>([
    {
      raw: { upstreamUrl: 'quay.io', tls: { secretName: 'a', issuerRef: { name: 'b' } } },
      says: 'spec.tls: names either secretName or issuerRef, not both',
    },
    {
      raw: { upstreamUrl: 'quay.io', tls: { secretName: 'entrepot-ca' } },
      says: "spec.tls.secretName: must not be entrepot-ca, which holds the key of the mirrors' CA",
    },
    ...['tls', 'serving', 'secret'].map((sort) => ({
      raw: { upstreamUrl: 'quay.io', tls: { secretName: `registry-mirror-victim-${sort}` } },
      says: `spec.tls.secretName: must not be registry-mirror-victim-${sort}, as the operator calls a Secret of its own; give yours another name`,
    })),
    { raw: undefined, says: required },
    { raw: { masqueradeUrl: 'a.b' }, says: required },
    { raw: null, says: required },
    { raw: 'quay.io', says: 'spec: must be an object, got a text' },
    { raw: { upstreamUrl: 17 }, says: 'spec.upstreamUrl: must be a text, got a number' },
    { raw: { upstreamUrl: null }, says: 'spec.upstreamUrl: must be a text, got nothing' },
    { raw: { upstreamUrl: 'quay.io/path' }, says: `spec.upstreamUrl: ${host}` },
    {
      raw: { upstreamUrl: 'quay.io:99999' },
      says: 'spec.upstreamUrl: must be a registry host, host[:port], got quay.io:99999',
    },
    { raw: { upstreamUrl: 'a'.repeat(254) }, says: 'spec.upstreamUrl: must have at most 253 characters' },
    { raw: { ...quay, addressing: [{}] }, says: 'spec.addressing[0].type: is required' },
    { raw: { ...quay, addressing: 'hostess' }, says: 'spec.addressing: must be a list, got a text' },
    { raw: { ...quay, addressing: [{ type: '' }] }, says: 'spec.addressing[0].type: must not be empty' },
    { raw: { ...quay, replicas: 'many' }, says: 'spec.replicas: must be a number, got a text' },
    { raw: { ...quay, replicas: 1.5 }, says: 'spec.replicas: must be a whole number, got a number' },
    { raw: { ...quay, replicas: 0 }, says: 'spec.replicas: must be at least 1' },
    { raw: { ...quay, replicas: 65 }, says: 'spec.replicas: must be at most 64' },
    { raw: { ...quay, cache: ['1Gi'] }, says: 'spec.cache: must be an object, got a list' },
    {
      raw: { ...quay, upstream: { plainHTTP: 'yes' } },
      says: 'spec.upstream.plainHTTP: must be true or false, got a text',
    },
    {
      raw: { ...quay, upstream: { redirectHosts: Array.from({ length: 65 }, () => 'a.b') } },
      says: 'spec.upstream.redirectHosts: must have at most 64 entries',
    },
    { raw: quay, name: 'quay.io', says: 'metadata.name: must be at most 36 lower-case letters, digits and dashes' },
    {
      raw: { ...quay, volumeClaimTemplate: { spec: { resources: { requests: { storage: true } } } } },
      says: 'spec.volumeClaimTemplate.spec.resources.requests.storage: must be a size, for example 20Gi',
    },
    {
      raw: { ...quay, volumeClaimTemplate: claimOf(0) },
      says: 'spec.volumeClaimTemplate.spec.resources.requests.storage: must be a size, for example 20Gi',
    },
    {
      raw: { ...quay, volumeClaimTemplate: claimOf('9999999Ei') },
      says: 'spec.volumeClaimTemplate.spec.resources.requests.storage: must be below 8Ei, the largest size that Kubernetes knows, got 9999999Ei',
    },
    {
      raw: { ...quay, priorityClass: 'A B' },
      says: "spec.priorityClass: must be the name of an object: lower-case letters, digits, '-' and '.'",
    },
    { raw: { upstreamUrl: '[fd00::1]:5000' }, says: `spec.upstreamUrl: ${host}` },
    {
      raw: { ...quay, cache: { maxSize: '3Gi' }, volumeClaimTemplate: claimOf('2Gi') },
      says: 'spec.cache.maxSize: must not be above the requested storage, 2Gi',
    },
    {
      raw: { ...quay, credentialsSecret: 'entrepot-ca' },
      says: "spec.credentialsSecret: must not be entrepot-ca, which holds the key of the mirrors' CA",
    },
  ])('$says', ({ raw, name, says }) => {
    const normalised = normaliseMirror(name ?? 'docker', raw);
    expect('problems' in normalised && problemSentence(normalised.problems)).toBe(says);
  });
});

test.each(['registry-mirror-tls', 'registry-mirror-quay', 'our-registry-mirror-quay-tls', 'quay-tls'])(
  'a certificate may be in a Secret %s: the operator calls none of its own so',
  (secretName) => {
    expect(normaliseMirror('quay', { upstreamUrl: 'quay.io', tls: { secretName } })).toMatchObject({
      spec: { tls: { secretName } },
    });
  },
);

test('a cache that leaves downloads no room is made smaller, with a warning', () => {
  const raw = { upstreamUrl: 'quay.io', cache: { maxSize: '9Gi' }, volumeClaimTemplate: claimOf('10Gi') };
  expect(normaliseMirror('quay', raw)).toMatchObject({
    spec: { cache: { maxSizeBytes: 8 * 2 ** 30 } },
    warnings: [
      'spec.cache.maxSize 9Gi leaves no room for downloads beside the cache: 80 % of the volume of 10Gi is used',
    ],
  });
  const fitting = { ...raw, cache: { maxSize: '8Gi' } };
  expect(normaliseMirror('quay', fitting)).toMatchObject({
    spec: { cache: { maxSizeBytes: 8 * 2 ** 30 } },
    warnings: [],
  });
});

test.each<[schema: z.ZodType, value: unknown, says: string]>([
  [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
  [z.literal(1), 2, 'must be 1'],
  [z.strictObject({}), { x: 1, y: 2 }, 'has unknown fields: x, y'],
  [z.string().min(3), 'a', 'must have at least 3 characters'],
  [z.array(z.string()).min(1), [], 'must have at least 1 entry'],
  [z.string('says it itself'), 1, 'says it itself'],
  [z.union([z.string(), z.number()]), true, 'Invalid input'],
])('options of plugins get the same words: %#', (schema, value, says) => {
  const { error } = parseSpoken(schema, value);
  expect(error === undefined ? '' : sentenceOf(error)).toBe(says);
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
    {
      title: 'limits without requests',
      template: { spec: { resources: { limits: { storage: '30Gi' } } } },
      claim: { ...whole, resources: { requests: { storage: '20Gi' }, limits: { storage: '30Gi' } } },
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
  ['0.5Gi', 536_870_912],
  [10, 10],
  ['0Gi', undefined],
  ['0.0', undefined],
])('the size %s is %s bytes', (text, bytes) => expect(parseQuantity(text)).toBe(bytes));

test.each([
  ['30s', 30],
  ['5m', 300],
  ['12h', 43_200],
  ['7d', 604_800],
  ['7', undefined],
  ['1w', undefined],
])('the duration %s is %s seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

function claimOf(storage: string | number): object {
  return { spec: { resources: { requests: { storage } } } };
}
