import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { isHandedOver } from './agent-handover.ts';

const daemonSetShape = z.looseObject({ status: z.looseObject({ desiredNumberScheduled: z.number() }) });

/** What decides on how many nodes at a time agents are replaced. */
export interface PaceInput {
  /** Whether the new ones keep anything on nodes. */
  readonly isKeeping: boolean;
  /** Whether they take anything from nodes. */
  readonly isWithdrawing: boolean;
  /** The agents that are there. */
  readonly live: KubernetesObject | undefined;
}

/**
 * How a DaemonSet replaces its agents, as fields of its spec. A change is seen on a few nodes before the others have it
 * (docs/adr/0015-what-protects-pods.md). Where nothing is kept there is nothing to lose, and all nodes change at once.
 * Agents that take their line along overlap with ours, but not while something is to be taken from nodes: they would put it
 * back.
 */
export function agentPace({ isKeeping, isWithdrawing, live }: PaceInput): object {
  const strategy = (rollingUpdate: object): object => ({ type: 'RollingUpdate', rollingUpdate });
  const few = fewOf(daemonSetShape.safeParse(live).data?.status.desiredNumberScheduled ?? 0);
  if (isOverlapping({ isKeeping, isWithdrawing, live })) {
    // No minReadySeconds: beside a pod that is ready, the DaemonSet controller does not come back to see that they are over.
    return { updateStrategy: strategy({ maxSurge: few, maxUnavailable: 0 }) };
  }
  return { minReadySeconds: 10, updateStrategy: strategy({ maxUnavailable: isKeeping ? few : '100%' }) };
}

/** Whether agents are replaced in such a way that each runs beside the former one first. */
export function isOverlapping({ isKeeping, isWithdrawing, live }: PaceInput): boolean {
  return isKeeping && !isWithdrawing && isHandedOver(live);
}

/**
 * Two nodes, or a tenth of many. A node that is off counts as one of them, so with one alone it would keep changes, such as
 * trust in another certificate, from all the others. Kubernetes rounds up: half of four nodes is two, of two it is one.
 */
function fewOf(nodes: number): string | number {
  if (nodes <= 4) return '50%';
  return nodes <= 20 ? 2 : '10%';
}
