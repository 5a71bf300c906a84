import { KubeClient, type KubernetesObject, loadConnection } from '@entrepot/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { registryMirrorCRD } from '../../src/index.ts';

let client: KubeClient;
beforeAll(async () => {
  client = new KubeClient(await loadConnection({ kubeconfig: inject('kubeconfig') }));
});
afterAll(async () => client.close());

/** What the API server makes of a mirror, without keeping it. */
async function accepted(spec: unknown, name = 'docker'): Promise<KubernetesObject> {
  const mirror = {
    apiVersion: 'k8s.osp.tech/v1',
    kind: 'RegistryMirror',
    metadata: { name },
    ...(spec ? { spec } : {}),
  };
  const path = '/apis/k8s.osp.tech/v1/registrymirrors';
  return client.request('POST', path, { query: { dryRun: 'All' }, body: mirror });
}

describe('the API server takes', () => {
  test.each<{ title: string; spec: object }>([
    { title: 'an upstream alone', spec: { upstreamUrl: 'hub.docker.io' } },
    { title: 'a masquerade name', spec: { upstreamUrl: 'hub.docker.io', masqueradeUrl: 'local.docker.io' } },
    { title: 'credentials', spec: { upstreamUrl: 'hub.docker.io', credentialsSecret: 'internal-mirror' } },
    {
      title: 'a claim',
      spec: {
        upstreamUrl: 'hub.docker.io',
        volumeClaimTemplate: { spec: { resources: { requests: { storage: '20Gi' } } } },
      },
    },
    {
      title: 'a claim in snake_case, with metadata, and sizes in bytes',
      spec: {
        upstreamUrl: 'hub.docker.io',
        volumeClaimTemplate: {
          metadata: { name: 'x' },
          spec: {
            access_modes: ['ReadWriteMany'],
            storage_class_name: 'fast',
            resources: { requests: { storage: 1e9 } },
          },
        },
      },
    },
    {
      title: 'a claim with empty resources',
      spec: { upstreamUrl: 'a.b', volumeClaimTemplate: { spec: { resources: {} } } },
    },
    { title: 'a scheme, upper case and a port', spec: { upstreamUrl: 'https://Registry.Example.com:5000/' } },
    { title: 'a priority class', spec: { upstreamUrl: 'quay.io', priorityClass: 'user-standard' } },
    { title: 'unknown keys', spec: { upstreamUrl: 'quay.io', team: { name: 'x' } } },
    {
      title: 'everything there is',
      spec: {
        upstreamUrl: 'quay.io',
        addressing: [{ type: 'hostess' }, { type: 'theirs', theirs: { deep: [1, { any: true }] } }],
        tls: { issuerRef: { name: 'ours', kind: 'ClusterIssuer', group: 'cert-manager.io' } },
        template: 'nginx',
        templateOptions: { workers: 2 },
        replicas: 3,
        cache: { tagTTL: '30s', staleIfError: '7d', maxSize: '10Gi' },
        upstream: { plainHTTP: true, redirectHosts: ['*.example.com'], tokenHosts: ['auth.example.com'] },
      },
    },
  ])('$title, and keeps it', async ({ spec }) => {
    expect(await accepted(spec)).toMatchObject({ spec });
  });
});

describe('the API server refuses', () => {
  const host =
    'must be a registry host, host[:port], for example quay.io or registry.example.com:5000; no path; IPv6 addresses are not supported';
  const duration = 'must be a number with a unit of s, m, h or d, for example 30s or 7d';
  test.each<{ title: string; spec: unknown; name?: string; says: string }>([
    { title: 'no spec', spec: undefined, says: 'spec: Required value' },
    { title: 'no upstream', spec: { masqueradeUrl: 'a.b' }, says: 'spec.upstreamUrl: Required value' },
    {
      title: 'a path',
      spec: { upstreamUrl: 'quay.io/team' },
      says: `spec.upstreamUrl: Invalid value: "string": ${host}`,
    },
    {
      title: 'another scheme',
      spec: { upstreamUrl: 'ftp://quay.io' },
      says: `spec.upstreamUrl: Invalid value: "string": ${host}`,
    },
    { title: 'an empty host', spec: { upstreamUrl: '' }, says: `spec.upstreamUrl: Invalid value: "string": ${host}` },
    {
      title: 'a blank in the masquerade name',
      spec: { upstreamUrl: 'quay.io', masqueradeUrl: 'a b' },
      says: `spec.masqueradeUrl: Invalid value: "string": ${host}`,
    },
    {
      title: 'a name that Services cannot have',
      spec: { upstreamUrl: 'quay.io' },
      name: 'quay.io',
      says: 'metadata.name must be at most 36 lower-case letters, digits and dashes: Services are named after it',
    },
    {
      title: 'an addressing without type',
      spec: { upstreamUrl: 'quay.io', addressing: [{ hostess: {} }] },
      says: 'spec.addressing[0].type: Required value',
    },
    {
      title: 'a strategy twice',
      spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'hostess' }, { type: 'hostess' }] },
      says: 'spec.addressing[1]: Duplicate value: {"type":"hostess"}',
    },
    { title: 'no replicas', spec: { upstreamUrl: 'quay.io', replicas: 0 }, says: 'spec.replicas: Invalid value' },
    {
      title: 'a duration without unit',
      spec: { upstreamUrl: 'quay.io', cache: { tagTTL: '30' } },
      says: `spec.cache.tagTTL: Invalid value: "string": ${duration}`,
    },
    {
      title: 'a size that is none',
      spec: { upstreamUrl: 'quay.io', cache: { maxSize: 'much' } },
      says: 'spec.cache.maxSize: Invalid value: "string": must be a size, for example 16Gi',
    },
    {
      title: 'a URL for a redirect host',
      spec: { upstreamUrl: 'quay.io', upstream: { redirectHosts: ['https://cdn.example.com'] } },
      says: 'spec.upstream.redirectHosts[0]: Invalid value: "string": must be a host name',
    },
    {
      title: 'a certificate of two sources',
      spec: { upstreamUrl: 'quay.io', tls: { secretName: 'a', issuerRef: { name: 'b' } } },
      says: 'spec.tls: Invalid value: "object": names either secretName or issuerRef, not both',
    },
    {
      title: 'an IPv6 address',
      spec: { upstreamUrl: '[fd00::1]:5000' },
      says: `spec.upstreamUrl: Invalid value: "string": ${host}`,
    },
    ...(['priorityClass', 'credentialsSecret'] as const).map((field) => ({
      title: `a ${field} that no object can be called`,
      spec: { upstreamUrl: 'quay.io', [field]: 'A B' },
      says: `spec.${field}: Invalid value: "string": must be the name of an object: lower-case letters, digits, '-' and '.'`,
    })),
    ...['0', '0Gi', '0.0', 0].map((storage) => ({
      title: `storage of ${JSON.stringify(storage)}`,
      spec: { upstreamUrl: 'quay.io', volumeClaimTemplate: { spec: { resources: { requests: { storage } } } } },
      says: 'spec.volumeClaimTemplate.spec.resources.requests.storage: Invalid value',
    })),
    {
      title: 'storage that is no size',
      spec: {
        upstreamUrl: 'quay.io',
        volumeClaimTemplate: { spec: { resources: { requests: { storage: '20 GB' } } } },
      },
      says: 'spec.volumeClaimTemplate.spec.resources.requests.storage: Invalid value',
    },
  ])('$title, naming the field', async ({ spec, name, says }) => {
    await expect(accepted(spec, name)).rejects.toThrow(says);
  });
});

test('users see upstream, masquerade name, addressing, readiness, nodes and age', () => {
  expect(JSON.stringify(registryMirrorCRD())).toContain('"shortNames":["rm"]');
  expect(columns(registryMirrorCRD())).toEqual(['Upstream', 'Masquerade', 'Addressing', 'Ready', 'Nodes', 'Age']);
});

test('every field has a description', () => {
  expect(undescribed(registryMirrorCRD()['spec'], 'spec')).toEqual([]);
});

function columns(crd: KubernetesObject): readonly string[] {
  return [...JSON.stringify(crd).matchAll(/\{"name":"(\w+)","type":"\w+","jsonPath"/g)].map(([, name]) => name ?? '');
}

/** Paths of properties without a description; `metadata` is described by Kubernetes itself. */
function undescribed(node: unknown, path: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]: readonly [string, unknown]) => {
    if (key !== 'properties' || typeof child !== 'object' || child === null)
      return undescribed(child, `${path}.${key}`);
    return Object.entries(child).flatMap(([name, property]: readonly [string, unknown]) => {
      const isDescribed = typeof property === 'object' && property !== null && 'description' in property;
      const own = isDescribed || name === 'metadata' ? [] : [`${path}.${name}`];
      return [...own, ...undescribed(property, `${path}.${name}`)];
    });
  });
}
