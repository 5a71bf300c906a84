import { describe, expect, test } from 'vitest';
import { Complaints } from '../../src/settings/complaints.ts';
import type { Settings } from '../../src/settings/definitions.ts';
import { givenSettings } from '../../src/settings/given-settings.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { version } from '../../src/version.ts';

type Texts = Readonly<Record<string, string>>;

function read(flags: Texts, environment: Texts) {
  const given = givenSettings(flags, environment);
  const complaints = new Complaints(given);
  return { settings: readSettings(given, complaints), complaints: complaints.sentences };
}

const fromEnvironment = (environment: Texts) => read({}, environment).settings;

describe('settings', () => {
  test('nothing given', () => {
    expect(fromEnvironment({})).toEqual<Settings>({
      namespace: 'default',
      addressingScheme: 'hostess',
      dockerCertificateSecret: undefined,
      certificateIssuer: undefined,
      caCertificateBundle: undefined,
      imageswapNamespace: undefined,
      imageswapMapSeparator: '::',
      imageswapMapStateFile: '/var/run/imageswap_configmap_version',
      strategies: [],
      strategySettings: {},
      templates: [],
      dockerRegistry: 'docker.io',
      nginxImage: undefined,
      fetcherImage: `ghcr.io/entrepot/mirror-fetcher:${version}`,
      nodeAgentImage: undefined,
      hostessDockerRegistry: 'ghcr.io',
      hostessDockerImage: 'entrepot/node-agent',
      hostessDockerTag: version,
      imagePullSecrets: [],
      workloadLabels: {},
      podLabels: {},
      tolerations: [],
      nodeAgentTolerations: [],
      priorityClass: undefined,
      nodeAgentPriorityClass: undefined,
      nginxResources: { requests: { cpu: '100m', memory: '500Mi' }, limits: { cpu: '500m', memory: '500Mi' } },
      fetcherResources: { requests: { cpu: '100m', memory: '500Mi' }, limits: { cpu: '500m', memory: '500Mi' } },
      nodeAgentResources: { requests: { cpu: '1m', memory: '64Mi' }, limits: { cpu: '100m', memory: '128Mi' } },
      networkPolicy: false,
      nodeWithdrawalLimit: 600_000,
      clusterDomain: 'cluster.local',
      leaderElection: undefined,
      healthHost: undefined,
      healthPort: 8080,
      logLevel: 'info',
      secondsBetweenStreams: undefined,
    });
  });

  test.each<[variable: string, text: string, value: Partial<Settings>]>([
    ['NAMESPACE', 'mirrors', { namespace: 'mirrors' }],
    ['NAMESPACE', '', { namespace: 'default' }],
    ['ADDRESSING_SCHEME', 'services', { addressingScheme: 'services' }],
    ['DOCKER_CERTIFICATE_SECRET', 'docker.tls', { dockerCertificateSecret: 'docker.tls' }],
    [
      'CERTIFICATE_ISSUER',
      'mirror-operator-issuer',
      { certificateIssuer: { name: 'mirror-operator-issuer', kind: 'Issuer', group: 'cert-manager.io' } },
    ],
    [
      'CERTIFICATE_ISSUER',
      'ClusterIssuer/ours',
      { certificateIssuer: { name: 'ours', kind: 'ClusterIssuer', group: 'cert-manager.io' } },
    ],
    ['CA_CERTIFICATE_BUNDLE', 'company-cas', { caCertificateBundle: 'company-cas' }],
    ['IMAGESWAP_NAMESPACE', 'imageswap-system', { imageswapNamespace: 'imageswap-system' }],
    ['IMAGESWAP_MAP_SEPARATOR', ':', { imageswapMapSeparator: ':' }],
    ['IMAGESWAP_MAP_STATE_FILE', '/tmp/map', { imageswapMapStateFile: '/tmp/map' }],
    ['STRATEGIES', './mine.ts, @acme/dns', { strategies: ['./mine.ts', '@acme/dns'] }],
    ['STRATEGY_SETTINGS', `{'dns': {'zone': 'a', 'ttl': 5}}`, { strategySettings: { dns: { zone: 'a', ttl: 5 } } }],
    ['TEMPLATES', 'a,b', { templates: ['a', 'b'] }],
    ['DOCKER_REGISTRY', 'localhost:5000/hub/', { dockerRegistry: 'localhost:5000/hub' }],
    ['NGINX_IMAGE', `nginx@sha256:${'a'.repeat(64)}`, { nginxImage: `nginx@sha256:${'a'.repeat(64)}` }],
    ['FETCHER_IMAGE', 'localhost:5000/fetcher:dev', { fetcherImage: 'localhost:5000/fetcher:dev' }],
    ['FETCHER_IMAGE', 'fetcher:1', { fetcherImage: 'fetcher:1' }],
    ['CERTIFICATE_ISSUER', 'Issuer/a', { certificateIssuer: { name: 'a', kind: 'Issuer', group: 'cert-manager.io' } }],
    ['NODE_WITHDRAWAL_LIMIT', '30d', { nodeWithdrawalLimit: 2_592_000_000 }],
    ['HOSTESS_DOCKER_REGISTRY', 'docker.io', { hostessDockerRegistry: 'docker.io' }],
    [
      'HOSTESS_DOCKER_IMAGE',
      'ocadotechnology/mirror-hostess',
      { hostessDockerImage: 'ocadotechnology/mirror-hostess' },
    ],
    ['HOSTESS_DOCKER_TAG', '1.4.0', { hostessDockerTag: '1.4.0' }],
    ['IMAGE_PULL_SECRETS', 'a,b', { imagePullSecrets: ['a', 'b'] }],
    ['IMAGE_PULL_SECRETS', ' a , ,b,', { imagePullSecrets: ['a', 'b'] }],
    [
      'SS_DS_LABELS',
      `{'team': 'x', 'example.com/tier': ''}`,
      { workloadLabels: { team: 'x', 'example.com/tier': '' } },
    ],
    ['SS_DS_TEMPLATE_LABELS', `{"team": "x"}`, { podLabels: { team: 'x' } }],
    ['SS_DS_TOLERATIONS', `[{'key': 'k', 'operator': 'Exists'}]`, { tolerations: [{ key: 'k', operator: 'Exists' }] }],
    [
      'SS_DS_TOLERATIONS',
      `[{'key': 'a', 'effect': 'NoExecute', 'toleration_seconds': 60}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": 60}]`,
      {
        tolerations: [
          { key: 'a', effect: 'NoExecute', tolerationSeconds: 60 },
          { key: 'a', effect: 'NoExecute', tolerationSeconds: 60 },
        ],
      },
    ],
    [
      'SS_DS_TOLERATIONS',
      `[{'operator': 'Exists', 'toleration_seconds': None}]`,
      { tolerations: [{ operator: 'Exists' }] },
    ],
    ['PRIORITY_CLASS', 'user-standard', { priorityClass: 'user-standard' }],
    ['NODE_AGENT_PRIORITY_CLASS', 'system-node-critical', { nodeAgentPriorityClass: 'system-node-critical' }],
    ['NODE_AGENT_TOLERATIONS', `[{'operator': 'Exists'}]`, { nodeAgentTolerations: [{ operator: 'Exists' }] }],
    ['NGINX_RESOURCES', `{}`, { nginxResources: {} }],
    [
      'FETCHER_RESOURCES',
      `{'requests': {'cpu': 0.5, 'memory': '1Gi'}}`,
      { fetcherResources: { requests: { cpu: '0.5', memory: '1Gi' } } },
    ],
    ['NODE_AGENT_RESOURCES', `{"limits": {"memory": "64Mi"}}`, { nodeAgentResources: { limits: { memory: '64Mi' } } }],
    ['NETWORK_POLICY', 'on', { networkPolicy: true }],
    ['CLUSTER_DOMAIN', 'k8s.example.com', { clusterDomain: 'k8s.example.com' }],
    ['LEADER_ELECTION', 'Off', { leaderElection: false }],
    ['LEADER_ELECTION', 'true', { leaderElection: true }],
    ['HEALTH_PORT', '0', { healthPort: 0 }],
    ['LOG_LEVEL', 'DEBUG', { logLevel: 'debug' }],
    ['SECONDS_BETWEEN_STREAMS', '0', { secondsBetweenStreams: 0 }],
    ['SECONDS_BETWEEN_STREAMS', '2.5', { secondsBetweenStreams: 2.5 }],
  ])('%s=%s', (variable, text, value) => {
    expect(fromEnvironment({ [variable]: text })).toMatchObject(value);
  });

  test('a flag wins over the variable', () => {
    expect(read({ NAMESPACE: 'flag' }, { NAMESPACE: 'env' }).settings.namespace).toBe('flag');
  });

  test.each<[variable: string, text: string, problem: string]>([
    [
      'NAMESPACE',
      'My_NS',
      `NAMESPACE: got "My_NS", wants the name of a namespace: lower case letters, digits and '-', 63 at most`,
    ],
    ['ADDRESSING_SCHEME', 'Host ess', `ADDRESSING_SCHEME: got "Host ess", wants the name of an addressing strategy`],
    ['DOCKER_CERTIFICATE_SECRET', 'a/b', `DOCKER_CERTIFICATE_SECRET: got "a/b", wants the name of a Secret`],
    [
      'CERTIFICATE_ISSUER',
      'ours/ClusterIssuer',
      `CERTIFICATE_ISSUER: got "ours/ClusterIssuer", wants the name of an Issuer, or ClusterIssuer/<name>, such as mirror-operator-issuer or ClusterIssuer/ours`,
    ],
    [
      'CERTIFICATE_ISSUER',
      'Foo/bar',
      `CERTIFICATE_ISSUER: got "Foo/bar", wants the name of an Issuer, or ClusterIssuer/<name>, such as mirror-operator-issuer or ClusterIssuer/ours`,
    ],
    ...['x:y:z', '::', 'a//b', 'Nginx', 'nginx:', 'nginx@sha256:1'].map((image): [string, string, string] => [
      'FETCHER_IMAGE',
      image,
      `FETCHER_IMAGE: got "${image}", wants an image, such as ghcr.io/entrepot/mirror-fetcher:1.0.0`,
    ]),
    ...['99999999d', '31d'].map((duration): [string, string, string] => [
      'NODE_WITHDRAWAL_LIMIT',
      duration,
      `NODE_WITHDRAWAL_LIMIT: got "${duration}", wants a whole number and one of s, m, h and d, such as 30s or 10m; 30d at most`,
    ]),
    ['IMAGESWAP_MAP_SEPARATOR', '=', `IMAGESWAP_MAP_SEPARATOR: got "=", wants '::' or ':'`],
    ['IMAGESWAP_MAP_STATE_FILE', 'map', `IMAGESWAP_MAP_STATE_FILE: got "map", wants an absolute path`],
    [
      'DOCKER_REGISTRY',
      'https://docker.io',
      `DOCKER_REGISTRY: got "https://docker.io", wants a registry without a scheme, such as docker.io or localhost:5000`,
    ],
    [
      'IMAGE_PULL_SECRETS',
      'a, b c',
      `IMAGE_PULL_SECRETS: got "a, b c", wants names of Secrets, separated by commas (item 2: "b c" is no object name)`,
    ],
    [
      'SS_DS_LABELS',
      `{'team': }`,
      `SS_DS_LABELS: got "{'team': }", wants a dictionary of labels, such as {'team': 'x'} (expected a value (text needs quotes), found '}' at character 10)`,
    ],
    [
      'SS_DS_LABELS',
      `['a']`,
      `SS_DS_LABELS: got "['a']", wants a dictionary of labels, such as {'team': 'x'} (this is no dictionary)`,
    ],
    [
      'SS_DS_LABELS',
      `{'team': 1, 'x': 'y'}`,
      `SS_DS_LABELS: got "{'team': 1, 'x': 'y'}", wants a dictionary of labels, such as {'team': 'x'} ('team': the value of a label is text in quotes)`,
    ],
    [
      'SS_DS_LABELS',
      `{'a b': '', 'c': 'd e'}`,
      `SS_DS_LABELS: got "{'a b': '', 'c': 'd e'}", wants a dictionary of labels, such as {'team': 'x'} ('a b': no label has such a name; 'c': "d e" is no label value)`,
    ],
    [
      'SS_DS_TEMPLATE_LABELS',
      `{'app': 'x'}`,
      `SS_DS_TEMPLATE_LABELS: got "{'app': 'x'}", wants a dictionary of labels, such as {'team': 'x'} ('app': this label selects a mirror's pods and cannot be changed)`,
    ],
    [
      'SS_DS_TOLERATIONS',
      `[{'key': 'k'}, {'keys': 'k', 'operator': 'Exist'}]`,
      `SS_DS_TOLERATIONS: got "[{'key': 'k'}, {'keys': 'k', 'operator': 'Exist'}]", wants a list of tolerations, such as [{'key': 'k', 'operator': 'Exists'}] (item 2, 'operator': Invalid option: expected one of "Exists"|"Equal"; item 2: Unrecognized key: "keys")`,
    ],
    ...[
      [
        `[{'toleration_seconds': 5}]`,
        `'operator': is 'Exists' where there is no key; item 1, 'tolerationSeconds': needs the effect 'NoExecute'`,
      ],
      [`[{'operator': 'Exists', 'value': 'x'}]`, `'value': is left out where the operator is 'Exists'`],
      [`[{'key': 'a b', 'value': 'x'}]`, `'key': no taint has such a key`],
      [`[{'key': 'k', 'value': 'x y'}]`, `'value': "x y" is no value of a taint`],
    ].map(([text = '', problem = '']): [string, string, string] => [
      'SS_DS_TOLERATIONS',
      text,
      `SS_DS_TOLERATIONS: got ${JSON.stringify(text)}, wants a list of tolerations, such as [{'key': 'k', 'operator': 'Exists'}] (item 1, ${problem})`,
    ]),
    [
      'SS_DS_TOLERATIONS',
      `{'key': 'k'}`,
      `SS_DS_TOLERATIONS: got "{'key': 'k'}", wants a list of tolerations, such as [{'key': 'k', 'operator': 'Exists'}] (this is no list)`,
    ],
    [
      'STRATEGY_SETTINGS',
      `{'a': 1}`,
      `STRATEGY_SETTINGS: got "{'a': 1}", wants a dictionary of dictionaries, such as {'mine': {'zone': 'a'}} ('a': a strategy's settings are a dictionary)`,
    ],
    ...[
      [`{'requests': {'cpu': '1 core'}}`, `'requests', 'cpu': this is no quantity`],
      [`{'limits': {'gpu': 1}}`, `'limits': Unrecognized key: "gpu"`],
      [`{'request': {}}`, 'Unrecognized key: "request"'],
      [`[]`, 'Invalid input: expected object, received array'],
    ].map(([text = '', problem = '']): [string, string, string] => [
      'NGINX_RESOURCES',
      text,
      `NGINX_RESOURCES: got ${JSON.stringify(text)}, wants requests and limits, such as {'requests': {'cpu': '100m', 'memory': '64Mi'}, 'limits': {'memory': '128Mi'}} (${problem})`,
    ]),
    ['LEADER_ELECTION', 'maybe', `LEADER_ELECTION: got "maybe", wants 'on' or 'off'`],
    ['HEALTH_PORT', '65536', `HEALTH_PORT: got "65536", wants a port, 0 to 65535`],
    ['LOG_LEVEL', 'loud', `LOG_LEVEL: got "loud", wants debug, info, warn or error`],
    ['SECONDS_BETWEEN_STREAMS', '-1', `SECONDS_BETWEEN_STREAMS: got "-1", wants a number of seconds, 0 or more`],
    ['SECONDS_BETWEEN_STREAMS', 'soon', `SECONDS_BETWEEN_STREAMS: got "soon", wants a number of seconds, 0 or more`],
  ])('%s=%s is refused', (variable, text, problem) => {
    expect(read({}, { [variable]: text }).complaints).toEqual([problem]);
  });

  test('all wrong ones are named, flags by their own name', () => {
    const { complaints } = read({ LOG_LEVEL: '' }, { NAMESPACE: 'A', HEALTH_PORT: 'x' });
    expect(complaints).toEqual([
      `NAMESPACE: got "A", wants the name of a namespace: lower case letters, digits and '-', 63 at most`,
      'HEALTH_PORT: got "x", wants a port, 0 to 65535',
      '--log-level: got "", wants debug, info, warn or error',
    ]);
  });
});
