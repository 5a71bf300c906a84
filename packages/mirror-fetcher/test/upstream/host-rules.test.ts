import { describe, expect, test } from 'vitest';
import { HostRules, shareDomain } from '../../src/upstream/host-rules.ts';

function rules(url: string, redirectHosts: readonly string[] = [], tokenHosts: readonly string[] = []): HostRules {
  return new HostRules({ name: 'upstream', url, redirectHosts, tokenHosts });
}

function isFollowed(rule: HostRules, location: string): boolean {
  try {
    rule.redirectTarget(location, new URL('https://registry.example.com/v2/a/blobs/b'));
    return true;
  } catch {
    return false;
  }
}

describe('a redirect of registry.example.com', () => {
  const own = rules('https://registry.example.com', [
    'cdn.example.net',
    '*.storage.example.org',
    'minio.example.org:9000',
  ]);

  test.each([
    { location: '/elsewhere', followed: true },
    { location: 'https://registry.example.com:8443/x', followed: true },
    { location: 'https://cdn.example.com/x', followed: true },
    { location: 'https://cdn.example.net/x', followed: true },
    { location: 'https://eu.storage.example.org/x', followed: true },
    { location: 'https://minio.example.org:9000/x', followed: true },
    { location: 'https://minio.example.org/x', followed: false },
    { location: 'https://storage.example.org/x', followed: false },
    { location: 'https://evilstorage.example.org/x', followed: false },
    { location: 'https://example.com.evil.test/x', followed: false },
    { location: 'https://169.254.169.254/latest/meta-data', followed: false },
    { location: 'https://[::1]/x', followed: false },
    { location: 'https://kubernetes.default.svc/api', followed: false },
    { location: 'http://cdn.example.com/x', followed: false },
    { location: 'file:///etc/passwd', followed: false },
    { location: 'https://', followed: false },
  ])('to $location: followed $followed', ({ location, followed }) => {
    expect(isFollowed(own, location)).toBe(followed);
  });

  test('may be plain HTTP where the upstream is', () => {
    expect(isFollowed(rules('http://registry.example.com'), 'http://cdn.example.com/x')).toBe(true);
  });
});

test.each([
  ['https://registry-1.docker.io', 'https://production.cloudflare.docker.com/x'],
  ['https://ghcr.io', 'https://pkg-containers.githubusercontent.com/x'],
  [
    'https://registry-1.docker.io',
    'https://docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com/x',
  ],
  ['https://quay.io', 'https://quayio-production-s3.s3.amazonaws.com/x'],
  ['https://registry.k8s.io', 'https://europe-west4-docker.pkg.dev/x'],
  ['https://registry.k8s.io', 'https://prod-registry-k8s-io-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com/x'],
  [
    'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    'https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x',
  ],
  ['https://one.azurecr.io', 'https://eusmanaged1.blob.core.windows.net/x'],
])('%s needs no list for its own storage', (url, location) => {
  expect(isFollowed(rules(url), location)).toBe(true);
  expect(isFollowed(rules('https://registry.example.com'), location)).toBe(false);
});

test.each([
  ['https://registry-1.docker.io', 'https://other.r2.cloudflarestorage.com/x'],
  ['https://registry.k8s.io', 'https://ec2-10-0-0-1.compute-1.amazonaws.com/x'],
  ['https://quay.io', 'https://other.s3.amazonaws.com/x'],
  ['https://123.dkr.ecr.eu-west-1.amazonaws.com', 'https://other.s3.eu-west-1.amazonaws.com/x'],
])('%s is not believed about other storage of the same provider', (url, location) => {
  expect(isFollowed(rules(url), location)).toBe(false);
});

test('the token service of Docker Hub is trusted, one elsewhere only when it is listed', () => {
  expect(rules('https://registry-1.docker.io').tokenService('https://auth.docker.io/token').host).toBe(
    'auth.docker.io',
  );
  const elsewhere = 'https://auth.example.net/token';
  expect(() => rules('https://registry-1.docker.io').tokenService(elsewhere)).toThrow('not in tokenHosts');
  expect(rules('https://registry-1.docker.io', [], ['auth.example.net']).tokenService(elsewhere).href).toBe(elsewhere);
});

test.each([
  ['auth.docker.io', 'registry-1.docker.io', true],
  ['docker.io', 'auth.docker.io', true],
  ['a.example.co.uk', 'b.example.co.uk', true],
  ['a.co.uk', 'b.co.uk', false],
  ['one.azurecr.io', 'two.azurecr.io', false],
  ['10.0.0.1', '10.9.0.1', false],
  ['localhost', 'localhost', false],
  ['registry.infra.svc', 'kubernetes.default.svc', false],
  ['registry.default.svc', 'secrets.default.svc', false],
  ['registry.infra.svc.cluster.local', 'kubernetes.default.svc.cluster.local', false],
  ['a.default.svc.k8s.example.com', 'b.kube-system.svc.k8s.example.com', false],
  ['registry.default.svc.', 'secrets.default.svc', false],
  ['printer.local', 'nas.local', false],
  ['metadata.google.internal', 'registry.google.internal', false],
  ['ip-10-0-0-1.ec2.internal', 'ip-10-0-0-2.ec2.internal', false],
  ['a.app.localhost', 'b.app.localhost', false],
  ['a.host.lan', 'b.host.lan', false],
  ['10.0.0.1.nip.io', '169.254.169.254.nip.io', false],
  ['10-0-0-1.sslip.io', '169-254-169-254.sslip.io', false],
  ['one.jfrog.io', 'two.jfrog.io', false],
  ['a.r2.cloudflarestorage.com', 'b.r2.cloudflarestorage.com', false],
  ['one.amazonaws.com.cn', 'two.amazonaws.com.cn', false],
  ['Auth.Docker.IO.', 'registry-1.docker.io', true],
])('%s and %s share a domain: %s', (a, b, shared) => {
  expect(shareDomain(a, b)).toBe(shared);
});
