import { describe, expect, test } from 'vitest';
import { apiServerNames, namesInEnvironment, nodeNames, whoNeeds } from '../../src/settings/needed-names.ts';
import { hostsSettings } from '../../src/settings/hosts-settings.ts';
import { trustedCASettings } from '../../src/settings/trusted-ca-settings.ts';

describe('the settings of the hosts mode', () => {
  test('have the defaults of mirror-hostess', () => {
    const defaults = {
      hostsFile: '/etc/hosts',
      backupFile: '/etc/hosts.backup',
      lockFile: '/var/lock/mirror-hostess',
      service: { namespace: 'default', name: 'mirror-registry' },
      hostname: 'mirror-registry.example.com',
      nodeAddress: undefined,
      pauseMs: 30_000,
      checkMs: 5_000,
      keepOnExit: false,
    };
    expect(hostsSettings({})).toEqual(defaults);
    expect(hostsSettings({ HOSTS_FILE: '', SHADOW_FQDN: '', KEEP_ON_EXIT: '' })).toEqual(defaults);
  });

  test('come from the environment', () => {
    expect(
      hostsSettings({
        HOSTS_FILE: '/etc/hosts_from_host',
        HOSTS_FILE_BACKUP: '/etc/hosts.backup/hosts',
        LOCK_FILE: '/var/lock/hostess/mirror-hostess',
        SERVICE_NAME: 'registry-mirror-a',
        SERVICE_NAMESPACE: 'kube-extra',
        SHADOW_FQDN: 'mirror-quay.io',
        NODE_IP: '10.1.0.7',
        SECONDS_BETWEEN_STREAMS: '0.5',
        KEEP_ON_EXIT: 'True',
      }),
    ).toEqual({
      hostsFile: '/etc/hosts_from_host',
      backupFile: '/etc/hosts.backup/hosts',
      lockFile: '/var/lock/hostess/mirror-hostess',
      service: { namespace: 'kube-extra', name: 'registry-mirror-a' },
      hostname: 'mirror-quay.io',
      nodeAddress: '10.1.0.7',
      pauseMs: 500,
      checkMs: 5_000,
      keepOnExit: true,
    });
  });

  test.each<readonly [variable: string, value: string, message: string]>([
    [
      'SECONDS_BETWEEN_STREAMS',
      'soon',
      'SECONDS_BETWEEN_STREAMS is "soon", but must be a number of seconds, such as 30 or 0.5',
    ],
    [
      'SECONDS_BETWEEN_STREAMS',
      '-1',
      'SECONDS_BETWEEN_STREAMS is "-1", but must be a number of seconds, such as 30 or 0.5',
    ],
    ['KEEP_ON_EXIT', 'yes', 'KEEP_ON_EXIT is "yes", but must be true or false'],
    ['SHADOW_FQDN', 'a b', 'SHADOW_FQDN is "a b", but must be a host name without a port'],
    ['SHADOW_FQDN', 'a\n10.0.0.1 b', 'SHADOW_FQDN is "a\\n10.0.0.1 b", but must be a host name without a port'],
    ['SHADOW_FQDN', 'mirror:5000', 'SHADOW_FQDN is "mirror:5000", but must be a host name without a port'],
    ['SHADOW_FQDN', '10.0.0.1', 'SHADOW_FQDN is "10.0.0.1", but must be a host name without a port'],
    ['SHADOW_FQDN', 'LocalHost', 'SHADOW_FQDN is "LocalHost", but must be a name that is not localhost'],
    ...[
      'kubernetes',
      'Kubernetes.default',
      'kubernetes.default.svc',
      'mirror.mirrors.svc',
      'a.svc.cluster.local',
      'a.cluster.local',
      'a.svc.k8s.example.org',
    ].map(
      (name) =>
        [
          'SHADOW_FQDN',
          name,
          `SHADOW_FQDN is "${name}", but must be a name that the cluster does not need itself, unlike kubernetes, kubernetes.default and what ends in .svc or .cluster.local or .svc.k8s.example.org`,
        ] as const,
    ),
    ['SERVICE_NAME', '../secrets', 'SERVICE_NAME is "../secrets", but must be a DNS label'],
    ['SERVICE_NAMESPACE', 'A', 'SERVICE_NAMESPACE is "A", but must be a DNS label'],
  ])('refuse %s=%j', (variable, value, message) => {
    expect(() => hostsSettings({ CLUSTER_DOMAIN: 'k8s.example.org', [variable]: value })).toThrow(message);
  });
});

describe('a name that the node needs itself', () => {
  const needed = [
    ...nodeNames('node-1.example.org', undefined),
    ...apiServerNames(['api.example.org', '*.k8s.Example.org']),
  ];

  test.each([
    ['node-1.example.org', 'the node'],
    ['NODE-1.example.org', 'the node'],
    ['node-1', 'the node'],
    ['api.example.org', 'the API server'],
    ['API.k8s.example.org', 'the API server'],
  ])('%s is known: %s is called so', (hostname, who) => expect(whoNeeds(hostname, needed)).toBe(who));

  test.each([
    'mirror-quay.io',
    'node-2.example.org',
    'mirror.node-1.example.org',
    'example.org',
    'api',
    'k8s.example.org',
    'a.b.k8s.example.org',
  ])('%s is none', (hostname) => expect(whoNeeds(hostname, needed)).toBeUndefined());

  test('KUBERNETES_SERVICE_HOST and NODE_NAME tell some', () => {
    const environment = { KUBERNETES_SERVICE_HOST: 'api.example.org', NODE_NAME: 'node-1' };
    expect(namesInEnvironment(environment)).toEqual(
      expect.arrayContaining([
        { name: 'api.example.org', what: 'the API server' },
        { name: 'node-1', what: 'the node' },
      ]),
    );
  });
});

describe('the settings of the trusted-ca mode', () => {
  test('have defaults that fit the mounts', () =>
    expect(trustedCASettings({})).toEqual({
      source: '/source/tls.crt',
      targets: [{ folder: '/target', hostname: undefined }],
      sha256: undefined,
      checkMs: 5000,
    }));

  test('name several folders, and the registries they are for', () => {
    const environment = { CA_TARGETS: '/target, /target-1,', CA_NAMES: 'mirror-a.io, mirror-b.io' };
    expect(trustedCASettings(environment).targets).toEqual([
      { folder: '/target', hostname: 'mirror-a.io' },
      { folder: '/target-1', hostname: 'mirror-b.io' },
    ]);
  });

  test('refuse names that are not those of the folders', () =>
    expect(() => trustedCASettings({ CA_TARGETS: '/target,/target-1', CA_NAMES: 'mirror-a.io' })).toThrow(
      'CA_NAMES is "mirror-a.io", but must be one name for each of CA_TARGETS, separated by commas',
    ));

  test.each(['target', ',', '/a,b'])('refuse CA_TARGETS=%j', (targets) =>
    expect(() => trustedCASettings({ CA_TARGETS: targets })).toThrow('absolute paths of folders, separated by commas'),
  );
});
