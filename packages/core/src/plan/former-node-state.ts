import type { KubernetesObject } from '@entrepot/kube';
import { DaemonSet } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import type { NodeState } from '../strategy/node-state.ts';
import { heldNodeState } from './held-node-state.ts';
import { namesOf } from './naming.ts';
import { isOwnedBy } from './ownership.ts';
import { rolloutOf } from './rollout.ts';
import type { Survey, SurveyedMirror } from './survey.ts';

/** What of the cluster it takes to know what a mirror has on nodes. */
export interface NodeStateInput {
  readonly survey: Survey;
  readonly state: ClusterState;
  readonly settings: MirrorSettings;
}

/**
 * What a mirror's nodes have that is not wanted any more, by the DaemonSet that is there: what it keeps, and what it takes away
 * already, until every node has said that this is done. What another mirror wants is left to that one.
 */
export function formerNodeState(mirror: SurveyedMirror, input: NodeStateInput): readonly NodeState[] {
  const agent = liveNodeAgent(mirror.object, input);
  const { kept, withdrawn } = heldNodeState(agent, input.settings.clusterDomain);
  const left = rolloutOf(agent)?.isComplete === true ? kept : [...kept, ...withdrawn];
  if (left.length === 0) return [];
  const wanted = keysOf(wantedNodeState(mirror, input));
  const former = new Map(left.filter((state) => !wanted.has(keyOf(state))).map((state) => [keyOf(state), state]));
  if (former.size === 0) return [];
  for (const other of input.survey.mirrors.values()) {
    if (other.object.metadata.name === mirror.object.metadata.name) continue;
    for (const key of keysOf(wantedNodeState(other, input))) former.delete(key);
  }
  return [...former.values()];
}

/** The live DaemonSet of a mirror's node agents, unless it is somebody else's. A mirror that is only rendered has no uid yet. */
export function liveNodeAgent(
  mirror: KubernetesObject,
  { state, settings }: Omit<NodeStateInput, 'survey'>,
): KubernetesObject | undefined {
  const { name, uid } = mirror.metadata;
  const live = state.get(DaemonSet, { namespace: settings.namespace, name: namesOf(name).daemonSet });
  return live !== undefined && (uid === undefined || isOwnedBy(mirror, live)) ? live : undefined;
}

/** What is to be on nodes for a mirror: what its strategies say; where that cannot be known just now, what is there. */
function wantedNodeState(mirror: SurveyedMirror, input: NodeStateInput): readonly NodeState[] {
  const present = (): readonly NodeState[] =>
    heldNodeState(liveNodeAgent(mirror.object, input), input.settings.clusterDomain).kept;
  if (mirror.kind === 'invalid') return mirror.isWithdrawn ? [] : present();
  if (mirror.kind !== 'valid') return [];
  const planned = mirror.strategies.flatMap(({ contribution }) => contribution?.node ?? []);
  return mirror.strategies.some(({ status }) => status.state === 'failed') ? [...planned, ...present()] : planned;
}

function keysOf(states: readonly NodeState[]): ReadonlySet<string> {
  return new Set(states.map(keyOf));
}

/** One text for a state; names are the same in any case, folders are not. */
function keyOf(state: NodeState): string {
  return state.kind === 'HostsEntry' ? `name ${state.hostname.toLowerCase()}` : `folder ${state.directory}`;
}
