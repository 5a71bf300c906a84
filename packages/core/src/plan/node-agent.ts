import type { KubernetesObject } from '@entrepot/kube';
import type { MirrorSettings } from '../settings.ts';
import type { HostsEntry, NodeState, TrustedCA } from '../strategy/contract.ts';
import type { CertificateChoice } from './certificate-choice.ts';
import { namesOf } from './naming.ts';
import { baseLabels } from './ownership.ts';
import { podSettings, readOnlyMount, secretVolume } from './pod-parts.ts';

const resources = { requests: { cpu: '1m', memory: '64Mi' }, limits: { cpu: '100m', memory: '128Mi' } };
const hostsVolumes = [
  { name: 'etc-hosts', hostPath: { path: '/etc/hosts' } },
  { name: 'etc-hosts-backup', hostPath: { path: '/etc/hosts.backup' } },
  { name: 'lock', hostPath: { path: '/var/lock/mirror-hostess' } },
];

export interface NodeAgentInput {
  readonly mirror: string;
  readonly priorityClass: string | undefined;
  readonly settings: MirrorSettings;
  readonly certificate: CertificateChoice;
  readonly node: readonly NodeState[];
}

/** The DaemonSet that keeps a mirror's state on every node; undefined when there is none to keep. */
export function nodeAgent(input: NodeAgentInput): KubernetesObject | undefined {
  const { mirror, priorityClass, settings, certificate, node } = input;
  if (node.length === 0) return undefined;
  const selector = baseLabels(mirror);
  const hosts = unique(node.filter((state) => state.kind === 'HostsEntry').map(({ hostname }: HostsEntry) => hostname));
  const folders = unique(
    node.filter((state) => state.kind === 'TrustedCA').map(({ directory }: TrustedCA) => directory),
  );
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      namespace: settings.namespace,
      name: namesOf(mirror).daemonSet,
      labels: { ...selector, ...settings.workloadLabels },
    },
    spec: {
      minReadySeconds: 10,
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...settings.podLabels, ...selector, component: 'hostess-certificate' } },
        spec: {
          ...podSettings(settings, priorityClass),
          serviceAccountName: settings.nodeAgentServiceAccount,
          automountServiceAccountToken: hosts.length > 0,
          terminationGracePeriodSeconds: 10,
          containers: [
            ...hosts.map((hostname, index) => hostsContainer(mirror, hostname, index, settings)),
            ...(folders.length > 0 ? [certificateContainer(folders, settings)] : []),
          ],
          volumes: [
            ...hostsVolumes,
            ...folders.map(folderVolume),
            ...(folders.length > 0 ? [caVolume(certificate)] : []),
          ],
        },
      },
    },
  };
}

function hostsContainer(mirror: string, hostname: string, index: number, settings: MirrorSettings): object {
  return {
    name: numbered('mirror-hostess', index),
    image: settings.images.nodeAgent,
    imagePullPolicy: 'IfNotPresent',
    env: [
      ...variables({
        LOCK_FILE: '/var/lock/hostess/mirror-hostess',
        SERVICE_NAME: namesOf(mirror).service,
        SERVICE_NAMESPACE: settings.namespace,
        SHADOW_FQDN: hostname,
        HOSTS_FILE: '/etc/hosts_from_host',
        HOSTS_FILE_BACKUP: '/etc/hosts.backup/hosts',
        // Pulls go on through the mirror while the agent is replaced.
        KEEP_ON_EXIT: 'true',
      }),
      // It refuses to lead this name away from the node.
      { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
    ],
    volumeMounts: [
      { name: 'etc-hosts', mountPath: '/etc/hosts_from_host' },
      { name: 'etc-hosts-backup', mountPath: '/etc/hosts.backup' },
      { name: 'lock', mountPath: '/var/lock/hostess' },
    ],
    resources,
  };
}

function certificateContainer(folders: readonly string[], settings: MirrorSettings): object {
  const targets = folders.map((_folder, index) => `/${numbered('target', index)}`);
  return {
    name: 'certificate-installation',
    image: settings.images.nodeAgent,
    imagePullPolicy: 'IfNotPresent',
    args: ['trusted-ca'],
    env: variables({ CA_SOURCE: '/source/tls.crt', CA_TARGETS: targets.join(',') }),
    volumeMounts: [
      readOnlyMount('tls', '/source'),
      ...targets.map((mountPath, index) => ({ name: numbered('docker-certs', index), mountPath })),
    ],
    resources,
  };
}

function folderVolume(path: string, index: number): object {
  return { name: numbered('docker-certs', index), hostPath: { path } };
}

/** The certificate nodes trust: our CA, or the user's certificate itself. Never its key. */
function caVolume({ source, secretName }: CertificateChoice): object {
  return secretVolume('tls', secretName, { items: [[source === 'own' ? 'ca.crt' : 'tls.crt', 'tls.crt']] });
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index}`;
}

function variables(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
