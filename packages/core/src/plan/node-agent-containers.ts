import { posix } from 'node:path';
import { withoutPort } from '../api/host.ts';
import type { MirrorSettings } from '../settings.ts';
import { namesOf, numbered } from './naming.ts';
import { containerSecurity, readOnlyMount } from './pod-parts.ts';
import { bundleHashVariable, certificateContainerName } from './trusted-bundle.ts';

/** Root, as the node's files are root's; of root's powers only that over files whose modes withhold them, such as 0444. */
const securityContext = {
  ...containerSecurity,
  capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
const hostsFile = '/etc/hosts_from_host';
const lockFile = '/var/lock/hostess/mirror-hostess';
const hostsMount = { name: 'etc-hosts', mountPath: hostsFile };
const lockMount = { name: 'lock', mountPath: posix.dirname(lockFile) };

/** The container that takes state from nodes. */
export const withdrawalName = 'withdrawal';
/** Containers of a pod share its network: each answers at this port plus its position. */
const firstHealthPort = 15_080;

/** What containers of the node agent differ in. */
export interface AgentContainer {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env: readonly object[];
  readonly volumeMounts: readonly object[];
}

/** A whole container: ready means that its work on this node is done and still true. */
export function agentContainer(container: AgentContainer, index: number, settings: MirrorSettings): object {
  const port = firstHealthPort + index;
  return {
    image: settings.images.nodeAgent,
    imagePullPolicy: 'IfNotPresent',
    ...container,
    env: [...container.env, ...variables({ HEALTH_PORT: String(port) })],
    volumeMounts: [...container.volumeMounts, readOnlyMount('node-policy', '/etc/entrepot/policy')],
    readinessProbe: { httpGet: { path: '/readyz', port }, periodSeconds: 5 },
    resources: settings.resources.nodeAgent,
    securityContext,
  };
}

/** Keeps one name in the node's hosts file. */
export function hostsContainer(
  mirror: string,
  hostname: string,
  index: number,
  { namespace, clusterDomain }: MirrorSettings,
): AgentContainer {
  return {
    name: numbered('mirror-hostess', index),
    env: [
      ...variables({
        LOCK_FILE: lockFile,
        SERVICE_NAME: namesOf(mirror).service,
        SERVICE_NAMESPACE: namespace,
        SHADOW_FQDN: hostname,
        HOSTS_FILE: hostsFile,
        HOSTS_FILE_BACKUP: '/etc/hosts.backup/hosts',
        // Pulls go on through the mirror while the agent is replaced.
        KEEP_ON_EXIT: 'true',
      }),
      ...whatNodesNeed(clusterDomain),
    ],
    volumeMounts: [hostsMount, { name: 'etc-hosts-backup', mountPath: '/etc/hosts.backup' }, lockMount],
  };
}

/** Keeps the CA in the folders where container runtimes look for it; ready when these very certificates are there. */
export function certificateContainer(folders: readonly string[], trusted: string): AgentContainer {
  const targets = folders.map((_folder, index) => `/${numbered('target', index)}`);
  const names = folders.map((folder) => withoutPort(posix.basename(folder)));
  return {
    name: certificateContainerName,
    args: ['trusted-ca'],
    env: variables({
      CA_SOURCE: '/source/tls.crt',
      CA_TARGETS: targets.join(','),
      // Container runtimes look into a folder for the registry that it is called after.
      CA_NAMES: names.join(','),
      [bundleHashVariable]: trusted,
    }),
    volumeMounts: [
      readOnlyMount('tls', '/source'),
      ...targets.map((mountPath, index) => ({ name: numbered('docker-certs', index), mountPath })),
    ],
  };
}

/** Takes names out of the hosts file, and certificates with their folders: it sees those through the folders they are in. */
export function withdrawalContainer(
  hostnames: readonly string[],
  folders: readonly string[],
  { clusterDomain }: MirrorSettings,
): { readonly container: AgentContainer; readonly volumes: readonly object[] } {
  const parents = [...new Set(folders.map((folder) => posix.dirname(folder)))];
  const mountOf = (parent: string): string => `/${numbered('withdraw', parents.indexOf(parent))}`;
  const mounted = folders.map((folder) => posix.join(mountOf(posix.dirname(folder)), posix.basename(folder)));
  return {
    container: {
      name: withdrawalName,
      args: ['withdraw'],
      env: [
        ...variables({
          LOCK_FILE: lockFile,
          HOSTS_FILE: hostsFile,
          ...(hostnames.length > 0 && { WITHDRAW_FQDNS: hostnames.join(',') }),
          ...(mounted.length > 0 && { WITHDRAW_FOLDERS: mounted.join(',') }),
        }),
        ...whatNodesNeed(clusterDomain),
      ],
      volumeMounts: [
        hostsMount,
        lockMount,
        ...parents.map((parent, index) => ({ name: numbered('withdraw', index), mountPath: mountOf(parent) })),
      ],
    },
    volumes: parents.map((path, index) => ({ name: numbered('withdraw', index), hostPath: { path } })),
  };
}

/** By this the agent knows the names and addresses that a node needs itself: it neither writes nor takes away their lines. */
function whatNodesNeed(clusterDomain: string): readonly object[] {
  return [
    ...variables({ CLUSTER_DOMAIN: clusterDomain }),
    podField('NODE_NAME', 'spec.nodeName'),
    podField('NODE_IP', 'status.hostIP'),
  ];
}

function podField(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

function variables(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
