import type { Contribution, MirrorView } from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { hostess } from '../src/hostess.ts';

function view(masqueradeHost: string, clusterIPs: readonly string[] = ['10.0.0.5']): MirrorView {
  const service = { namespace: 'mirrors', name: 'registry-mirror-a', clusterIPs };
  return { name: 'a', upstreamHost: 'quay.io', masqueradeHost, service };
}

const entry = (hostname: string) => ({ kind: 'HostsEntry', hostname }) as const;
const trust = (host: string) =>
  ['/etc/docker', '/etc/containerd'].map(
    (folder) => ({ kind: 'TrustedCA', directory: `${folder}/certs.d/${host}` }) as const,
  );

describe('a mirror addressed by the hosts file', () => {
  test.each<{ title: string; mirror: MirrorView; contribution: Contribution }>([
    {
      title: 'has its name in the hosts file, its CA trusted under that name, and a certificate for it',
      mirror: view('mirror-quay.io'),
      contribution: {
        node: [entry('mirror-quay.io'), ...trust('mirror-quay.io')],
        servingNames: ['mirror-quay.io'],
      },
    },
    {
      title: 'waits for an address of its Service, which the nodes watch themselves',
      mirror: view('mirror-quay.io', []),
      contribution: {
        node: [entry('mirror-quay.io'), ...trust('mirror-quay.io')],
        servingNames: ['mirror-quay.io'],
        waitFor: 'Service registry-mirror-a has no clusterIP',
      },
    },
    {
      title: 'may name the port of the Service, which the hosts file leaves out and the CA folder keeps',
      mirror: view('mirror-quay.io:443'),
      contribution: {
        node: [entry('mirror-quay.io'), ...trust('mirror-quay.io:443')],
        servingNames: ['mirror-quay.io'],
      },
    },
    {
      title: 'says that nothing listens on another port',
      mirror: view('mirror-quay.io:5000'),
      contribution: {
        unsupported:
          'Service registry-mirror-a listens on port 443 only, but spec.masqueradeUrl names port 5000; leave the port out',
      },
    },
    {
      title: 'says where a port comes from that nobody wrote into spec.masqueradeUrl, and what to write there',
      mirror: { ...view('mirror-r.example.org:5000'), upstreamHost: 'r.example.org:5000' },
      contribution: {
        unsupported:
          'Service registry-mirror-a listens on port 443 only, but the default of spec.masqueradeUrl, mirror-r.example.org:5000, has the port of spec.upstreamUrl; set spec.masqueradeUrl to a name without it, such as mirror-r.example.org',
      },
    },
    ...['10.1.2.3', '10.1.2.3:443', '[fd00::1]:443'].map((host) => ({
      title: `is refused under the address ${host}`,
      mirror: view(host),
      contribution: {
        unsupported: `spec.masqueradeUrl ${host} is an address, which a hosts file cannot map; choose a name`,
      },
    })),
    ...['localhost', 'localhost:443', 'a.localhost'].map((host) => ({
      title: `is refused under ${host}`,
      mirror: view(host),
      contribution: { unsupported: `spec.masqueradeUrl ${host} is the node itself; choose another name` },
    })),
    ...['quay', 'mirror-registry'].map((host) => ({
      title: `is refused under ${host}, which container runtimes take for a folder of Docker Hub`,
      mirror: view(host),
      contribution: {
        unsupported: `spec.masqueradeUrl ${host} has neither a dot nor a port, so container runtimes take ${host}/app for docker.io/${host}/app; set spec.masqueradeUrl to a name with a dot, or to ${host}:443`,
      },
    })),
    {
      title: 'says where a name without a dot comes from that nobody wrote',
      mirror: { ...view('mirror-registry'), upstreamHost: 'registry' },
      contribution: {
        unsupported:
          'the default of spec.masqueradeUrl, mirror-registry, has neither a dot nor a port, so container runtimes take mirror-registry/app for docker.io/mirror-registry/app; set spec.masqueradeUrl to a name with a dot, or to mirror-registry:443',
      },
    },
    {
      title: 'is not advised to leave out the port of an upstream where there is no dot',
      mirror: { ...view('mirror-registry:5000'), upstreamHost: 'registry:5000' },
      contribution: {
        unsupported:
          'Service registry-mirror-a listens on port 443 only, but the default of spec.masqueradeUrl, mirror-registry:5000, has the port of spec.upstreamUrl; set spec.masqueradeUrl to a name without it, such as mirror-registry:443',
      },
    },
    {
      title: 'is not advised to leave out the port where there is no dot',
      mirror: view('quay:5000'),
      contribution: {
        unsupported:
          'Service registry-mirror-a listens on port 443 only, but spec.masqueradeUrl names port 5000; set it to quay:443',
      },
    },
    {
      title: 'may be called by a name without a dot, with the port of the Service',
      mirror: view('quay:443'),
      contribution: { node: [entry('quay'), ...trust('quay:443')], servingNames: ['quay'] },
    },
    ...[
      'kubernetes',
      'kubernetes:443',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      'kubernetes.default.svc.k8s.example.org',
      'registry-mirror-a.mirrors.svc.k8s.example.org:443',
      'a.cluster.local',
    ].map((host) => ({
      title: `is refused under ${host}`,
      mirror: view(host),
      contribution: {
        unsupported: `spec.masqueradeUrl ${host} is a name of the cluster itself, which would lead nodes astray; set it to another name, such as mirror-quay.io`,
      },
    })),
    ...['kubernetes.io', 'svc.example.org', 'k8s.example.org', 'cluster.local.example.org'].map((host) => ({
      title: `may be called ${host}`,
      mirror: view(host),
      contribution: { node: [entry(host), ...trust(host)], servingNames: [host] },
    })),
  ])('$title', ({ mirror, contribution }) => {
    const context = { namespace: 'mirrors', clusterDomain: 'k8s.example.org', observed: () => undefined };
    expect(hostess.plan([{ mirror, options: {} }], {}, context)).toEqual({ perMirror: new Map([['a', contribution]]) });
  });
});

test('pulls depend on the mirror, and pull secrets name it', () =>
  expect(hostess.guarantees({})).toEqual({ mirrorDown: 'pull fails', pullSecrets: 'must name the mirror host' }));

test.each([hostess.settings, hostess.options])('unknown settings and options are refused', (schema) => {
  expect(schema.safeParse({ port: 1 }).success).toBe(false);
});
