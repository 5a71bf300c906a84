import { posix } from 'node:path';
import type { KubernetesObject } from '@entrepot/kube';
import type { ClaimSpec } from '../api/claim-spec.ts';
import type { MirrorSpec } from '../api/normalise.ts';
import type { MirrorSettings } from '../settings.ts';
import type { RenderedConfig } from '../template/contract.ts';
import type { CertificateChoice } from './certificate-choice.ts';
import { configHash, fetcherFile } from './config.ts';
import { immutableFields } from './immutable-fields.ts';
import { namesOf, registryPort, storeVolume } from './naming.ts';
import { baseLabels, registryComponent } from './ownership.ts';
import { podLayout } from './pod-layout.ts';
import { drainSeconds, type PodHandover } from './pod-handover.ts';
import { containerSecurity, podSettings, readOnlyMount, secretVolume } from './pod-parts.ts';

const nginxUser = 101;
const groupReadable = 0o440;
/** Downloads under way may end; nginx and the fetcher leave earlier when there are none. */
const graceSeconds = 300;
/** Until every node has learned that a pod is going, new connections to it are answered as before (docs/adr/0016). */
const lifecycle = { preStop: { sleep: { seconds: drainSeconds } } };

const longestVolumeName = 63;
const takenVolumeNames: ReadonlySet<string> = new Set([
  storeVolume,
  'nginx-config',
  'fetcher-config',
  'tls',
  'public-certificate',
  'sockets',
  'scratch',
  'upstream-credentials',
]);

export interface CacheServerInput {
  readonly mirror: string;
  readonly spec: MirrorSpec;
  readonly claim: ClaimSpec;
  readonly settings: MirrorSettings;
  readonly config: RenderedConfig;
  readonly certificate: CertificateChoice;
  readonly handover: PodHandover;
  /** The mirror's own StatefulSet, where there is one. */
  readonly existing?: KubernetesObject | undefined;
}

/** The StatefulSet with nginx and the fetcher. Its selector is immutable and that of existing installations. */
export function cacheServer(input: CacheServerInput): KubernetesObject {
  const { mirror, spec, settings, config } = input;
  const names = namesOf(mirror);
  const selector = baseLabels(mirror);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      namespace: settings.namespace,
      name: names.statefulSet,
      labels: { ...selector, ...settings.workloadLabels },
    },
    spec: {
      replicas: spec.replicas,
      ...immutableFields({ serviceName: names.headlessService, podManagementPolicy: 'Parallel' }, input.existing),
      updateStrategy: updateStrategy(input.handover),
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels: cacheServerLabels(mirror, settings),
          annotations: { 'entrepot/config-hash': configHash(config) },
        },
        spec: podSpec(input),
      },
      volumeClaimTemplates: [{ metadata: { name: storeVolume }, spec: input.claim }],
    },
  };
}

function updateStrategy({ partition }: PodHandover): object {
  return { type: 'RollingUpdate', ...(partition > 0 && { rollingUpdate: { partition } }) };
}

/** The labels of the pods. */
export function cacheServerLabels(mirror: string, settings: MirrorSettings): Readonly<Record<string, string>> {
  return { ...settings.podLabels, ...baseLabels(mirror), ...registryComponent };
}

function podSpec({ mirror, spec, settings, config, certificate }: CacheServerInput): object {
  const { credentialsSecret } = spec;
  const { caBundle } = settings;
  const { configSecret } = namesOf(mirror);
  // nginx is not shown the fetcher's file, nor the fetcher nginx's.
  const nginxFiles = Object.keys(config.files).filter((file) => file !== fetcherFile);
  const bundleVolume = caBundle === undefined ? undefined : bundleVolumeName(caBundle);
  const publicFile = posix.basename(podLayout.publicCertificate);
  const shared = [
    { name: storeVolume, mountPath: `/${podLayout.store}` },
    { name: 'sockets', mountPath: `/${podLayout.sockets}` },
    { name: 'scratch', mountPath: `/${podLayout.scratch}` },
  ];
  return {
    ...podSettings({ ...settings, priorityClass: spec.priorityClass ?? settings.priorityClass }),
    topologySpreadConstraints: [onePerNode(mirror)],
    automountServiceAccountToken: false,
    // The fetcher reloads nginx when there is another certificate to serve.
    shareProcessNamespace: true,
    // The node's resolver: a mirror never needs the cluster's DNS, whose images it may have to provide.
    dnsPolicy: 'Default',
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nginxUser,
      runAsGroup: nginxUser,
      fsGroup: nginxUser,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        ...registryContainer(settings),
        lifecycle,
        volumeMounts: [
          ...shared,
          readOnlyMount('nginx-config', `/${podLayout.config}`),
          readOnlyMount('tls', `/${podLayout.servingCertificate}`),
        ],
      },
      {
        ...fetcherContainer(settings),
        lifecycle,
        volumeMounts: [
          ...shared,
          readOnlyMount('fetcher-config', `/${podLayout.config}`),
          readOnlyMount('public-certificate', `/${posix.dirname(podLayout.publicCertificate)}`),
          ...(credentialsSecret === undefined
            ? []
            : [readOnlyMount('upstream-credentials', `/${podLayout.credentials}`)]),
          ...(bundleVolume === undefined ? [] : [readOnlyMount(bundleVolume, '/etc/upstream-certs')]),
        ],
      },
    ],
    volumes: [
      secretVolume('nginx-config', configSecret, { items: nginxFiles.sort().map((file) => [file, file]) }),
      secretVolume('fetcher-config', configSecret, { items: [[fetcherFile, fetcherFile]] }),
      secretVolume('tls', certificate.secretName, { defaultMode: groupReadable }),
      secretVolume('public-certificate', certificate.secretName, { items: [['tls.crt', publicFile]] }),
      { name: 'sockets', emptyDir: {} },
      { name: 'scratch', emptyDir: {} },
      ...(credentialsSecret === undefined ? [] : [credentialsVolume(credentialsSecret)]),
      ...(caBundle === undefined ? [] : [{ name: bundleVolume, configMap: { name: caBundle } }]),
    ],
  };
}

/** Where there are nodes enough: a mirror on too few serves all the same. Of zones, see ADR 15. */
function onePerNode(mirror: string): object {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { ...baseLabels(mirror), ...registryComponent } },
  };
}

/** Whatever else the Secret holds is none of the fetcher's business. */
function credentialsVolume(secretName: string): object {
  const items = ['username', 'password'].map((key) => [key, key] as const);
  return secretVolume('upstream-credentials', secretName, { optional: true, defaultMode: groupReadable, items });
}

/** Existing installations have it called like the ConfigMap, as far as that can be. */
function bundleVolumeName(caBundle: string): string {
  const name = caBundle.replaceAll('.', '-');
  return name.length > longestVolumeName || takenVolumeNames.has(name) ? 'upstream-certs' : name;
}

function registryContainer({ images, resources }: MirrorSettings): object {
  return {
    name: 'registry',
    image: images.nginx,
    imagePullPolicy: 'IfNotPresent',
    command: ['nginx'],
    // `-e`: before it has read its configuration, nginx would complain into a file on the read-only root.
    args: ['-e', 'stderr', '-p', './', '-c', `${podLayout.config}/default.conf`, '-g', 'daemon off;'],
    workingDir: '/',
    ports: [{ name: registryPort.name, containerPort: registryPort.containerPort, protocol: 'TCP' }],
    readinessProbe: {
      httpGet: { path: '/health-check', port: registryPort.containerPort, scheme: 'HTTPS' },
      initialDelaySeconds: 3,
      periodSeconds: 3,
    },
    resources: resources.nginx,
    securityContext: containerSecurity,
  };
}

function fetcherContainer({ images, resources }: MirrorSettings): object {
  return {
    name: 'fetcher',
    image: images.fetcher,
    imagePullPolicy: 'IfNotPresent',
    args: ['--config', `${podLayout.config}/${fetcherFile}`],
    workingDir: '/',
    resources: resources.fetcher,
    securityContext: containerSecurity,
  };
}
