import type { KubernetesObject } from '@entrepot/kube';
import type { NodeState } from '../strategy/node-state.ts';
import { formerNodeState, liveNodeAgent, type NodeStateInput } from './former-node-state.ts';
import { formerTolerations } from './former-tolerations.ts';
import { nodeAgent } from './node-agent.ts';
import { ownedBy } from './ownership.ts';
import type { SurveyedMirror } from './survey.ts';

/** What is to happen on nodes for a mirror. */
export interface NodePlan {
  /** Kept true there. */
  readonly node: readonly NodeState[];
  /** Taken away. */
  readonly former: readonly NodeState[];
  /** The DaemonSet that does it; without one there is nothing to do. */
  readonly nodeAgent?: KubernetesObject;
}

/** Plans how nodes forget a mirror that is not planned otherwise any more. Pure. */
export function planWithdrawal(mirror: SurveyedMirror, input: NodeStateInput): NodePlan {
  const { object } = mirror;
  const former = formerNodeState(mirror, input);
  const { settings } = input;
  const priorityClass = 'spec' in mirror ? mirror.spec?.priorityClass : undefined;
  const agent = nodeAgent({
    mirror: object.metadata.name,
    priorityClass,
    settings,
    node: [],
    former,
    formerTolerations: formerTolerations(object, liveNodeAgent(object, input), settings),
  });
  return { node: [], former, ...(agent !== undefined && { nodeAgent: ownedBy(object, agent) }) };
}
