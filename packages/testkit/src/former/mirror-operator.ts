import type { KubernetesObject } from '@entrepot/kube';

/** A mirror as mirror-operator sees it. */
export interface FormerMirror {
  readonly mirror: KubernetesObject;
  readonly namespace: string;
  readonly masqueradeUrl: string;
  readonly scheme: 'hostess' | 'services';
  /** Of its Service; known once that exists. */
  readonly clusterIP: string;
  /** nginx's configuration, where it is to serve anybody. */
  readonly config?: string;
  /** The ConfigMap with authorities of upstreams. */
  readonly caBundle?: string;
  /** What containers have instead, by name, and mounts beside theirs: where its images cannot be had, others stand in for them. */
  readonly standIns?: Readonly<Record<string, Partial<Container>>>;
}

interface Container {
  readonly name: string;
  readonly volumeMounts: readonly object[];
  readonly [field: string]: unknown;
}

const smallConfig = 'proxy_cache_path /var/lib/registry levels=1:2 inactive=7d keys_zone=cache:10m max_size=17g;\n';

const resources = { requests: { cpu: '0.1', memory: '500Mi' }, limits: { cpu: '0.5', memory: '500Mi' } };

/** The labels of all its objects, and its selectors. */
export function baseLabels(mirror: string): Readonly<Record<string, string>> {
  return { app: 'docker-registry', mirror };
}

/** Metadata as each of its objects has them. */
export function metadataOf({ mirror, namespace }: FormerMirror, suffix = ''): KubernetesObject['metadata'] {
  const { name, uid = '' } = mirror.metadata;
  return {
    name: `registry-mirror-${name}${suffix}`,
    namespace,
    labels: baseLabels(name),
    ownerReferences: [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name, uid }],
  };
}

/** The two Services that mirror-operator makes first. */
export function formerServices(former: FormerMirror): readonly KubernetesObject[] {
  const ports = [{ name: 'https', port: 443, targetPort: 'https' }];
  const spec = { ports, selector: baseLabels(former.mirror.metadata.name), type: 'ClusterIP' };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: metadataOf(former), spec },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataOf(former, '-headless'),
      spec: { ...spec, clusterIP: 'None' },
    },
  ];
}

/** The workloads and the Secret that mirror-operator of 2022 makes, as it sends them. */
export function formerWorkloads(former: FormerMirror): readonly KubernetesObject[] {
  return [formerStatefulSet(former), formerDaemonSet(former), formerConfigSecret(former)];
}

function formerStatefulSet(former: FormerMirror): KubernetesObject {
  const { name } = former.mirror.metadata;
  const full = `registry-mirror-${name}`;
  const sharedCerts = { name: 'shared-certs', mountPath: '/etc/shared-certs' };
  const edited = { name: 'nginx-config-edited', mountPath: '/etc/nginx/conf.d' };
  const bundles = former.caBundle === undefined ? [] : [former.caBundle];
  const authorities = ['ssl/certs', ...bundles.map(() => 'upstream-certs')].map(
    (folder) => `/etc/${folder}/ca-certificates.crt`,
  );
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(former),
    spec: {
      replicas: 2,
      serviceName: `${full}-headless`,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: baseLabels(name) },
      template: {
        metadata: { labels: { ...baseLabels(name), component: 'registry' } },
        spec: {
          priorityClassName: 'user-standard',
          terminationGracePeriodSeconds: 10,
          initContainers: [
            container(former, {
              name: 'generate-ca-certs',
              image: 'docker.io/cloudbees/docker-certificates:1.3',
              args: ['/bin/sh', '-c', `cat ${authorities.join(' ')} >/etc/shared-certs/ca-certificates.crt`],
              resources,
              volumeMounts: [sharedCerts, ...bundles.map((name) => ({ name, mountPath: '/etc/upstream-certs' }))],
            }),
            container(former, {
              name: 'get-nameservers',
              image: 'docker.io/busybox',
              command: ['/bin/sh', '-c', 'cp /etc/nginx/conf.d_secret/default.conf /etc/nginx/conf.d/'],
              resources,
              volumeMounts: [{ name: 'nginx-config', mountPath: '/etc/nginx/conf.d_secret' }, edited],
            }),
          ],
          containers: [
            container(former, {
              name: 'registry',
              image: 'docker.io/nginx:1.22.1-alpine',
              env: [{ name: 'NGINX_ENTRYPOINT_QUIET_LOGS', value: '1' }],
              ports: [{ name: 'https', containerPort: 5000 }],
              livenessProbe: {
                exec: { command: ['test', '/etc/registry-certs/..data/tls.crt', '-ot', '/var/run/nginx.pid'] },
                initialDelaySeconds: 60,
                periodSeconds: 60,
              },
              readinessProbe: {
                httpGet: { path: '/health-check', port: 5000, scheme: 'HTTPS' },
                initialDelaySeconds: 3,
                periodSeconds: 3,
              },
              resources,
              volumeMounts: [
                { name: 'image-store', mountPath: '/var/lib/registry' },
                { name: 'tls', mountPath: '/etc/registry-certs', readOnly: true },
                { ...sharedCerts, readOnly: true },
                { ...edited, readOnly: true },
              ],
            }),
          ],
          volumes: [
            {
              name: 'tls',
              secret: { secretName: former.scheme === 'services' ? `${full}-tls` : 'docker-certificate' },
            },
            { name: 'nginx-config', secret: { secretName: `${full}-secret` } },
            { name: 'shared-certs', emptyDir: {} },
            { name: 'nginx-config-edited', emptyDir: {} },
            ...bundles.map((name) => ({ name, configMap: { name } })),
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
  };
}

function formerDaemonSet(former: FormerMirror): KubernetesObject {
  const { mirror, namespace, masqueradeUrl, scheme, clusterIP } = former;
  const { name } = mirror.metadata;
  const folder = scheme === 'services' ? clusterIP : masqueradeUrl;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadataOf(former, '-utils'),
    spec: {
      minReadySeconds: 10,
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: baseLabels(name) },
      template: {
        metadata: { labels: { ...baseLabels(name), component: 'hostess-certificate' } },
        spec: {
          priorityClassName: 'user-standard',
          serviceAccountName: 'mirror-hostess',
          terminationGracePeriodSeconds: 2,
          containers: [
            ...(scheme === 'hostess' ? [container(former, hostess(name, namespace, masqueradeUrl))] : []),
            container(former, certificateCopier),
          ],
          volumes: [
            { name: 'tls', secret: { secretName: 'docker-certificate' } },
            { name: 'etc-hosts', hostPath: { path: '/etc/hosts' } },
            { name: 'etc-hosts-backup', hostPath: { path: '/etc/hosts.backup' } },
            { name: 'lock', hostPath: { path: '/var/lock/mirror-hostess' } },
            { name: 'docker-certs', hostPath: { path: `/etc/docker/certs.d/${folder}` } },
          ],
        },
      },
    },
  };
}

function container({ standIns }: FormerMirror, given: Container): Container {
  const standIn = standIns?.[given.name] ?? {};
  return { ...given, ...standIn, volumeMounts: [...given.volumeMounts, ...(standIn.volumeMounts ?? [])] };
}

function hostess(name: string, namespace: string, masqueradeUrl: string): Container {
  return {
    name: 'mirror-hostess',
    image: 'ghcr.io/ocadotechnology/mirror-hostess:1.4.0',
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'LOCK_FILE', value: '/var/lock/hostess/mirror-hostess' },
      { name: 'SERVICE_NAME', value: `registry-mirror-${name}` },
      { name: 'SERVICE_NAMESPACE', value: namespace },
      { name: 'SHADOW_FQDN', value: masqueradeUrl },
      { name: 'HOSTS_FILE', value: '/etc/hosts_from_host' },
      { name: 'HOSTS_FILE_BACKUP', value: '/etc/hosts.backup/hosts' },
    ],
    resources: { requests: { cpu: '0.001', memory: '64Mi' }, limits: { cpu: '0.1', memory: '128Mi' } },
    volumeMounts: [
      { name: 'etc-hosts', mountPath: '/etc/hosts_from_host' },
      { name: 'etc-hosts-backup', mountPath: '/etc/hosts.backup' },
      { name: 'lock', mountPath: '/var/lock/hostess' },
    ],
  };
}

const certificateCopier = {
  name: 'certificate-installation',
  image: 'docker.io/alpine:3.14',
  imagePullPolicy: 'IfNotPresent',
  args: ['/bin/sh', '-c', 'cp /source/tls.crt /target/tls.crt && while :; do sleep 3600; done'],
  resources: { requests: { cpu: '0.001', memory: '1Mi' }, limits: { cpu: '0.1', memory: '32Mi' } },
  volumeMounts: [
    { name: 'tls', mountPath: '/source', readOnly: true },
    { name: 'docker-certs', mountPath: '/target' },
  ],
};

function formerConfigSecret(former: FormerMirror): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(former, '-secret'),
    data: { 'default.conf': btoa(former.config ?? smallConfig) },
  };
}
