import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

/** How far the node agents of a DaemonSet are. */
export interface Rollout {
  /** Nodes that are to have an agent. */
  readonly desired: number;
  /** Nodes whose agent is the present one and says that its work is done. */
  readonly ready: number;
  /** Nodes that are to have an agent, but not even a pod of one was made. */
  readonly podless: number;
  /** Pods of agents before the present one. */
  readonly outdated: number;
  /** Whether all that are to have one have a ready one. */
  readonly isComplete: boolean;
}

const daemonSetShape = z
  .looseObject({
    metadata: z.looseObject({ generation: z.number().default(0) }),
    status: z.looseObject({
      observedGeneration: z.number(),
      desiredNumberScheduled: z.number(),
      currentNumberScheduled: z.number().optional(),
      numberReady: z.number(),
      updatedNumberScheduled: z.number().default(0),
    }),
  })
  // Until its controller has seen the latest change, the numbers are those of the agent before.
  .refine(({ metadata, status }) => status.observedGeneration >= metadata.generation);

/** Reads a DaemonSet's status; undefined where there is none, or where it speaks of the agent before. */
export function rolloutOf(daemonSet: KubernetesObject | undefined): Rollout | undefined {
  const status = daemonSetShape.safeParse(daemonSet).data?.status;
  if (status === undefined) return undefined;
  const desired = status.desiredNumberScheduled;
  // In the middle of a change, pods of the agent before are ready as well.
  const ready = Math.min(status.numberReady, status.updatedNumberScheduled);
  const scheduled = status.currentNumberScheduled ?? desired;
  const podless = Math.max(0, desired - scheduled);
  const outdated = Math.max(0, scheduled - status.updatedNumberScheduled);
  return { desired, ready, podless, outdated, isComplete: ready >= desired };
}

const readyShape = z.looseObject({ status: z.looseObject({ numberReady: z.number() }) });

/** Whether any agent of a DaemonSet is ready, the present one or one before. */
export function hasReadyAgent(daemonSet: KubernetesObject | undefined): boolean {
  return (readyShape.safeParse(daemonSet).data?.status.numberReady ?? 0) > 0;
}
