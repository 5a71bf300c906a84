import { nodePolicyName } from '../api/group.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { Condition } from '../api/registry-mirror-status.ts';
import type { Rollout } from '../plan/rollout.ts';
import type { NodeState } from '../strategy/node-state.ts';
import type { Statement } from './conditions.ts';

/** How long nodes are waited for, in milliseconds since the epoch. */
export interface Wait {
  readonly sinceMs: number;
  /** When it goes on without them. */
  readonly untilMs: number;
}

/** How far nodes are in forgetting what they are to forget of a mirror. */
export type Withdrawal =
  | { readonly state: 'none' }
  | {
      readonly state: 'pending';
      readonly former: readonly NodeState[];
      /** Undefined while no agent has begun. */
      readonly rollout?: Rollout;
      /** Nodes that do not answer, as far as they are known. */
      readonly absent: readonly string[];
      readonly isHalted: boolean;
      /** Undefined where nothing waits for them. */
      readonly wait?: Wait;
    }
  | { readonly state: 'abandoned'; readonly former: readonly NodeState[]; readonly absent: readonly string[] };

/** The condition `Withdrawn`; undefined where nothing is to be said, or nothing new. Pure. */
export function withdrawalStatement(
  withdrawal: Withdrawal | undefined,
  previous: readonly Condition[],
): Statement | undefined {
  if (withdrawal === undefined) return undefined;
  const type = 'Withdrawn';
  if (withdrawal.state === 'none') {
    const isPending = previous.some((condition) => condition.type === type && condition.status === 'False');
    const message = 'nodes have nothing any more that is not wanted there';
    return isPending ? { type, status: 'True', reason: 'NodesDone', message } : undefined;
  }
  if (withdrawal.state === 'abandoned') {
    return { type, status: 'Unknown', reason: 'NodesLeftBehind', message: leftBehindMessage(withdrawal) };
  }
  const { former, rollout, absent, isHalted, wait } = withdrawal;
  const progress =
    rollout === undefined ? 'no node is done yet' : `${rollout.ready} of ${rollout.desired} nodes are done`;
  const message = [
    `${listOf(former)} ${former.length === 1 ? 'is' : 'are'} being taken from nodes: ${progress}`,
    ...obstaclesOf(absent, isHalted),
    ...(wait === undefined ? [] : [`waits until ${rfc3339(wait.untilMs)}`]),
  ].join('; ');
  return {
    type,
    status: 'False',
    reason: 'NodesPending',
    message,
    ...(wait !== undefined && { sinceMs: wait.sinceMs }),
  };
}

/** What nobody did, and what remains to be done by hand. */
export function leftBehindMessage({ former, absent }: Extract<Withdrawal, { state: 'abandoned' }>): string {
  const nodes = absent.length === 0 ? 'some nodes' : briefly(absent);
  return `${nodes} did not answer in time and may still have ${listOf(former)}: remove that by hand when they are back`;
}

/** Why nodes are not done, as far as it is known. */
export function obstaclesOf(absent: readonly string[], isHalted: boolean): readonly string[] {
  return [
    ...(absent.length > 0 ? [`not ready: ${briefly(absent)}`] : []),
    ...(isHalted ? [`work on nodes is halted by ConfigMap ${nodePolicyName}`] : []),
  ];
}

const mostNames = 10;

/** Names, separated by commas, but no endless list of them. */
function briefly(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
}

function listOf(states: readonly NodeState[]): string {
  return states.map((state) => (state.kind === 'HostsEntry' ? `name ${state.hostname}` : state.directory)).join(', ');
}
