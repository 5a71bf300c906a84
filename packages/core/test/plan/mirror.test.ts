import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '@entrepot/kube';
import { like } from '../support/matching.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { plan, planned } from '../support/planned.ts';

const labels = { app: 'docker-registry', mirror: 'quay' };
const ownerReferences = [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid: 'uid-of-quay' }];
const lifecycle = { preStop: { sleep: { seconds: 5 } } };
const securityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

test('a mirror gets its objects in the order in which they depend on each other', () => {
  const { objects, notes } = plan([registryMirror('quay', { upstreamUrl: 'quay.io' })]);
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
    'Service mirrors/registry-mirror-quay',
    'Service mirrors/registry-mirror-quay-headless',
    'Secret mirrors/registry-mirror-quay-secret',
    'Secret mirrors/registry-mirror-quay-tls',
    'PodDisruptionBudget mirrors/registry-mirror-quay',
    'StatefulSet mirrors/registry-mirror-quay',
    'DaemonSet mirrors/registry-mirror-quay-utils',
  ]);
  expect(notes).toEqual([
    'RegistryMirror quay: the operator fills in the certificate of Secret registry-mirror-quay-tls',
  ]);
});

test('every object carries the labels of the mirror and is owned by it, without standing in the way of its deletion', () => {
  const { objects } = plan([
    registryMirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, { type: 'map' }] }),
    serviceOf('quay', '10.0.0.7'),
  ]);
  const owned = objects.filter(({ metadata }) => !['map-summary', 'others'].includes(metadata.name));
  expect(owned).toHaveLength(8);
  for (const { metadata } of owned) {
    expect(metadata).toMatchObject({ labels });
    expect(metadata.ownerReferences).toEqual(ownerReferences);
  }
});

test('Services select the pods that serve, not the node agents', () => {
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }];
  const selector = { ...labels, component: 'registry' };
  const metadata = { namespace: 'mirrors', labels, ownerReferences };
  expect(planned('Service', 'registry-mirror-quay', { upstreamUrl: 'quay.io' })).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'registry-mirror-quay', ...metadata },
    spec: { type: 'ClusterIP', ports, selector },
  });
  expect(planned('Service', 'registry-mirror-quay-headless', { upstreamUrl: 'quay.io' })).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'registry-mirror-quay-headless', ...metadata },
    spec: { type: 'ClusterIP', clusterIP: 'None', ports, selector },
  });
});

test('the Secret holds the rendered files', () => {
  const secret = planned('Secret', 'registry-mirror-quay-secret', { upstreamUrl: 'quay.io', cache: { tagTTL: '1m' } });
  expect(secret).toMatchObject({ type: 'Opaque', metadata: { labels, ownerReferences } });
  expect(decoded(secret)).toEqual({
    'default.conf': '# mirror-quay.io for quay.io, at IPv4\n',
    'fetcher.json':
      '{"upstream":{"host":"quay.io","plainHTTP":false,"redirectHosts":[],' +
      '"tokenHosts":[],"hasCredentials":false,"hasCABundle":false},' +
      '"cache":{"tagTTLSeconds":60,"staleIfErrorSeconds":604800,"maxSizeBytes":17179869184}}\n',
  });
});

test('the StatefulSet runs nginx and the fetcher on one claim, without privileges', () => {
  const server = planned('StatefulSet', 'registry-mirror-quay', { upstreamUrl: 'quay.io' });
  const shared = [
    { name: 'image-store', mountPath: '/var/lib/registry' },
    { name: 'sockets', mountPath: '/run/mirror' },
    { name: 'scratch', mountPath: '/run/scratch' },
  ];
  expect(server).toEqual({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace: 'mirrors', name: 'registry-mirror-quay', labels, ownerReferences },
    spec: {
      replicas: 2,
      serviceName: 'registry-mirror-quay-headless',
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...labels, component: 'registry' },
          annotations: { 'entrepot/config-hash': like(/^[0-9a-f]{16}$/) },
        },
        spec: {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: { ...labels, component: 'registry' } },
            },
          ],
          automountServiceAccountToken: false,
          shareProcessNamespace: true,
          dnsPolicy: 'Default',
          terminationGracePeriodSeconds: 300,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 101,
            runAsGroup: 101,
            fsGroup: 101,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'registry',
              image: 'nginx:1',
              imagePullPolicy: 'IfNotPresent',
              command: ['nginx'],
              args: ['-e', 'stderr', '-p', './', '-c', 'etc/nginx/conf.d/default.conf', '-g', 'daemon off;'],
              workingDir: '/',
              ports: [{ name: 'https', containerPort: 5000, protocol: 'TCP' }],
              readinessProbe: {
                httpGet: { path: '/health-check', port: 5000, scheme: 'HTTPS' },
                initialDelaySeconds: 3,
                periodSeconds: 3,
              },
              lifecycle,
              resources: { requests: { cpu: '100m', memory: '500Mi' }, limits: { memory: '500Mi' } },
              securityContext,
              volumeMounts: [
                ...shared,
                { name: 'nginx-config', mountPath: '/etc/nginx/conf.d', readOnly: true },
                { name: 'tls', mountPath: '/etc/registry-certs', readOnly: true },
              ],
            },
            {
              name: 'fetcher',
              image: 'fetcher:1',
              imagePullPolicy: 'IfNotPresent',
              args: ['--config', 'etc/nginx/conf.d/fetcher.json'],
              workingDir: '/',
              lifecycle,
              resources: { requests: { cpu: '200m', memory: '400Mi' }, limits: { memory: '400Mi' } },
              securityContext,
              volumeMounts: [
                ...shared,
                { name: 'fetcher-config', mountPath: '/etc/nginx/conf.d', readOnly: true },
                { name: 'public-certificate', mountPath: '/etc/public-certificate', readOnly: true },
              ],
            },
          ],
          volumes: [
            configVolume('nginx-config', 'default.conf'),
            configVolume('fetcher-config', 'fetcher.json'),
            { name: 'tls', secret: { secretName: 'registry-mirror-quay-tls', defaultMode: 0o440 } },
            {
              name: 'public-certificate',
              secret: { secretName: 'registry-mirror-quay-tls', items: [{ key: 'tls.crt', path: 'tls.crt' }] },
            },
            { name: 'sockets', emptyDir: {} },
            { name: 'scratch', emptyDir: {} },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'image-store' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
        },
      ],
    },
  });
});

test('credentials and extra CAs are shown to the fetcher alone', () => {
  const spec = { upstreamUrl: 'quay.io', credentialsSecret: 'login' };
  const server = planned('StatefulSet', 'registry-mirror-quay', spec, { caBundle: 'our.cas' });
  const text = JSON.stringify(server);
  const [nginx = '', fetcher = ''] = text.slice(text.indexOf('"containers"')).split('"name":"fetcher"');
  expect(nginx).not.toMatch(/upstream-c/);
  expect(fetcher).toContain('{"name":"upstream-credentials","mountPath":"/etc/upstream-credentials","readOnly":true}');
  expect(fetcher).toContain('{"name":"our-cas","mountPath":"/etc/upstream-certs","readOnly":true}');
  expect(fetcher).toContain('{"name":"our-cas","configMap":{"name":"our.cas"}}');
  expect(fetcher).toContain('"secret":{"secretName":"login","optional":true,"defaultMode":288,"items":[');
});

describe("a user's certificate", () => {
  const settings = { certificateSecret: 'given' };

  test('is copied to the Secret that pods serve from', () => {
    const spec = { upstreamUrl: 'quay.io' };
    expect(planned('Secret', 'registry-mirror-quay-tls', spec, settings)?.['stringData']).toEqual({
      'tls.crt': 'copied from Secret given',
      'tls.key': 'copied from Secret given',
      'ca.crt': 'what nodes trust it by',
    });
  });

  test('cannot serve a mirror that is named by its address', () => {
    const spec = { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, { type: 'map' }] };
    expect(planned('Secret', 'registry-mirror-quay-tls', spec, settings)?.metadata.annotations).toEqual({
      'entrepot/serving-names':
        '10.0.0.7,mirror-quay.io,registry-mirror-quay,registry-mirror-quay.mirrors,' +
        'registry-mirror-quay.mirrors.svc,registry-mirror-quay.mirrors.svc.cluster.local',
    });
  });
});

test('the settings reach both kinds of pods, and cannot break their selectors', () => {
  const settings = {
    imagePullSecrets: ['pull'],
    tolerations: [{ operator: 'Exists' }],
    podLabels: { team: 'x', mirror: 'other', app: 'other' },
    workloadLabels: { team: 'y' },
    priorityClass: 'default-class',
  };
  for (const [kind, name] of [
    ['StatefulSet', 'registry-mirror-quay'],
    ['DaemonSet', 'registry-mirror-quay-utils'],
  ] as const) {
    expect(planned(kind, name, { upstreamUrl: 'quay.io' }, settings)).toMatchObject({
      metadata: { labels: { ...labels, team: 'y' } },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: { ...labels, team: 'x' } },
          spec: {
            imagePullSecrets: [{ name: 'pull' }],
            tolerations: [{ operator: 'Exists' }],
            priorityClassName: 'default-class',
          },
        },
      },
    });
    const own = planned(kind, name, { upstreamUrl: 'quay.io', priorityClass: 'own-class' }, settings);
    expect(own).toMatchObject({ spec: { template: { spec: { priorityClassName: 'own-class' } } } });
  }
});

test('node agents have a class of their own, which a class of the mirror wins over, and further tolerations', () => {
  const spec = { upstreamUrl: 'quay.io' };
  const podOf = (kind: string, name: string, changes: object): unknown =>
    planned(
      kind,
      `registry-mirror-quay${name}`,
      { ...spec, ...changes },
      {
        priorityClass: 'system-cluster-critical',
        nodeAgentPriorityClass: 'system-node-critical',
        tolerations: [{ key: 'storage', operator: 'Exists' }],
        nodeAgentTolerations: [{ operator: 'Exists' }],
      },
    );
  const podWith = (priorityClassName: string, tolerations: readonly object[]): object => ({
    spec: { template: { spec: { priorityClassName, tolerations } } },
  });
  const storage = { key: 'storage', operator: 'Exists' };
  expect(podOf('StatefulSet', '', {})).toMatchObject(podWith('system-cluster-critical', [storage]));
  expect(podOf('DaemonSet', '-utils', {})).toMatchObject(
    podWith('system-node-critical', [storage, { operator: 'Exists' }]),
  );
  const own = podOf('DaemonSet', '-utils', { priorityClass: 'own' });
  expect(own).toMatchObject(podWith('own', [storage, { operator: 'Exists' }]));
});

test('labels that the settings give to workloads win over ours, and reach no other object', () => {
  const settings = { workloadLabels: { app: 'theirs', team: 'y' } };
  const labelsOf = (kind: string, name: string) =>
    planned(kind, `registry-mirror-quay${name}`, { upstreamUrl: 'quay.io' }, settings)?.metadata.labels;
  for (const [kind, name] of [
    ['StatefulSet', ''],
    ['DaemonSet', '-utils'],
  ] as const) {
    expect(labelsOf(kind, name)).toEqual({ app: 'theirs', mirror: 'quay', team: 'y' });
  }
  expect(labelsOf('Secret', '-secret')).toEqual(labels);
  expect(labelsOf('Service', '')).toEqual(labels);
});

function configVolume(name: string, file: string): object {
  return { name, secret: { secretName: 'registry-mirror-quay-secret', items: [{ key: file, path: file }] } };
}

function decoded(secret: KubernetesObject | undefined): object {
  const data: unknown = secret?.['data'];
  const entries = Object.entries(typeof data === 'object' && data !== null ? data : {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]));
}
