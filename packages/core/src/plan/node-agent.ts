import type { KubernetesObject } from '@entrepot/kube';
import { nodePolicyName } from '../api/group.ts';
import type { MirrorSettings, Toleration } from '../settings.ts';
import type { NodeState } from '../strategy/node-state.ts';
import { agentPace } from './agent-pace.ts';
import { agentTolerations, formerTolerationsAnnotation } from './former-tolerations.ts';
import { namesOf, numbered } from './naming.ts';
import {
  type AgentContainer,
  agentContainer,
  certificateContainer,
  hostsContainer,
  withdrawalContainer,
} from './node-agent-containers.ts';
import { baseLabels, nodeAgentComponent } from './ownership.ts';
import { podSettings, type PodWishes, secretVolume } from './pod-parts.ts';

const hostsVolumes = [
  { name: 'etc-hosts', hostPath: { path: '/etc/hosts' } },
  { name: 'etc-hosts-backup', hostPath: { path: '/etc/hosts.backup' } },
  { name: 'lock', hostPath: { path: '/var/lock/mirror-hostess' } },
];
const policyVolume = { name: 'node-policy', configMap: { name: nodePolicyName, optional: true } };

export interface NodeAgentInput {
  readonly mirror: string;
  readonly priorityClass: string | undefined;
  readonly settings: MirrorSettings;
  /** The Secret with the certificates to trust, and their hash; undefined where nothing is to be trusted any more. */
  readonly trusted?: { readonly secretName: string; readonly hash: string };
  /** What is kept true on nodes. */
  readonly node: readonly NodeState[];
  /** What is taken from nodes. */
  readonly former: readonly NodeState[];
  /** What agents tolerated before: those that only take away go wherever any of them was. */
  readonly formerTolerations: readonly Toleration[];
  /** The agents that are there. */
  readonly live?: KubernetesObject | undefined;
}

/** The DaemonSet that keeps a mirror's state on every node and takes away what it had before; undefined when there is neither. */
export function nodeAgent(input: NodeAgentInput): KubernetesObject | undefined {
  const { mirror, priorityClass, settings, trusted, node, former, formerTolerations } = input;
  if (node.length + former.length === 0) return undefined;
  const selector = baseLabels(mirror);
  const { hostnames, folders } = byKind(node);
  const old = byKind(former);
  const withdrawal = former.length > 0 ? withdrawalContainer(old.hostnames, old.folders, settings) : undefined;
  const containers: readonly AgentContainer[] = [
    ...hostnames.map((hostname, index) => hostsContainer(mirror, hostname, index, settings)),
    ...(folders.length > 0 && trusted !== undefined ? [certificateContainer(folders, trusted.hash)] : []),
    ...(withdrawal === undefined ? [] : [withdrawal.container]),
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      namespace: settings.namespace,
      name: namesOf(mirror).daemonSet,
      labels: { ...selector, ...settings.workloadLabels },
      ...(formerTolerations.length > 0 && {
        annotations: { [formerTolerationsAnnotation]: JSON.stringify(formerTolerations) },
      }),
    },
    spec: {
      ...agentPace({ isKeeping: node.length > 0, isWithdrawing: former.length > 0, live: input.live }),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...settings.podLabels, ...selector, ...nodeAgentComponent } },
        spec: {
          ...podSettings(podWishes(settings, priorityClass, node.length > 0 ? [] : formerTolerations)),
          serviceAccountName: settings.nodeAgentServiceAccount,
          automountServiceAccountToken: hostnames.length > 0,
          terminationGracePeriodSeconds: 10,
          containers: containers.map((container, index) => agentContainer(container, index, settings)),
          volumes: [
            ...hostsVolumes,
            policyVolume,
            ...folders.map(folderVolume),
            ...(withdrawal?.volumes ?? []),
            ...(folders.length > 0 && trusted !== undefined ? [caVolume(trusted.secretName)] : []),
          ],
        },
      },
    },
  };
}

function podWishes(
  settings: MirrorSettings,
  ofMirror: string | undefined,
  furtherTolerations: readonly Toleration[],
): PodWishes {
  return {
    imagePullSecrets: settings.imagePullSecrets,
    tolerations: [...agentTolerations(settings), ...furtherTolerations],
    priorityClass: ofMirror ?? settings.nodeAgentPriorityClass ?? settings.priorityClass,
  };
}

function byKind(states: readonly NodeState[]): { readonly hostnames: string[]; readonly folders: string[] } {
  const hostnames = states.flatMap((state) => (state.kind === 'HostsEntry' ? [state.hostname] : []));
  const folders = states.flatMap((state) => (state.kind === 'TrustedCA' ? [state.directory] : []));
  return { hostnames: [...new Set(hostnames)], folders: [...new Set(folders)] };
}

function folderVolume(path: string, index: number): object {
  return { name: numbered('docker-certs', index), hostPath: { path } };
}

/** What nodes trust of the serving Secret, and never its key. */
function caVolume(secretName: string): object {
  return secretVolume('tls', secretName, { items: [['ca.crt', 'tls.crt']] });
}
