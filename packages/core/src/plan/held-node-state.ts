import { posix } from 'node:path';
import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { hostsNameTrouble } from '../api/hosts-name.ts';
import type { NodeState } from '../strategy/node-state.ts';
import { withdrawalName } from './node-agent-containers.ts';

const container = z.looseObject({
  name: z.string(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().default('') })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
const volume = z.looseObject({ name: z.string(), hostPath: z.looseObject({ path: z.string() }).optional() });
const podSpec = z.looseObject({ containers: z.array(container).default([]), volumes: z.array(volume).default([]) });
const daemonSetShape = z.looseObject({ spec: z.looseObject({ template: z.looseObject({ spec: podSpec }) }) });

type Container = z.infer<typeof container>;
type Volumes = z.infer<typeof podSpec>['volumes'];

/** What a DaemonSet of node agents is there for. */
export interface HeldNodeState {
  readonly kept: readonly NodeState[];
  readonly withdrawn: readonly NodeState[];
}

/**
 * Reads from a live DaemonSet what it keeps on nodes and what it takes from them. Everything is in the pod template, where
 * the DaemonSets of mirror-operator have it too. What those were given to write may be no name, or one that nodes need: no
 * agent of ours takes it.
 */
export function heldNodeState(daemonSet: KubernetesObject | undefined, clusterDomain: string): HeldNodeState {
  const spec = daemonSetShape.safeParse(daemonSet).data?.spec.template.spec;
  if (spec === undefined) return { kept: [], withdrawn: [] };
  const { containers, volumes } = spec;
  const hostnamesIn = (variable: string, one: Container): readonly string[] =>
    valuesOf(one, variable).filter((name) => hostsNameTrouble(name, clusterDomain) === undefined);
  const hostnames = containers.flatMap((one) => hostnamesIn('SHADOW_FQDN', one));
  const folders = volumes.flatMap(({ name, hostPath }) =>
    /^docker-certs(-\d+)?$/.test(name) && hostPath !== undefined ? [hostPath.path] : [],
  );
  const withdrawals = containers.filter(({ name }) => name === withdrawalName);
  return {
    kept: nodeStates(hostnames, folders),
    withdrawn: nodeStates(
      withdrawals.flatMap((one) => hostnamesIn('WITHDRAW_FQDNS', one)),
      withdrawals.flatMap((one) => valuesOf(one, 'WITHDRAW_FOLDERS').flatMap((path) => onNode(path, one, volumes))),
    ),
  };
}

function nodeStates(hostnames: readonly string[], folders: readonly string[]): readonly NodeState[] {
  return [
    ...hostnames.map((hostname) => ({ kind: 'HostsEntry' as const, hostname })),
    ...folders.map((directory) => ({ kind: 'TrustedCA' as const, directory })),
  ];
}

function valuesOf({ env }: Container, variable: string): readonly string[] {
  return env.flatMap(({ name, value }) => (name === variable ? value.split(',').filter((item) => item !== '') : []));
}

/** Where a path in a container is on the node. */
function onNode(path: string, { volumeMounts }: Container, volumes: Volumes): readonly string[] {
  const mount = volumeMounts.find(({ mountPath }) => mountPath === posix.dirname(path));
  const parent = volumes.find(({ name }) => name === mount?.name)?.hostPath?.path;
  return parent === undefined ? [] : [posix.join(parent, posix.basename(path))];
}
