import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const affinity = z.looseObject({
  nodeAffinity: z
    .looseObject({
      requiredDuringSchedulingIgnoredDuringExecution: z
        .looseObject({
          nodeSelectorTerms: z.array(
            z.looseObject({
              matchFields: z
                .array(z.looseObject({ key: z.string(), values: z.array(z.string()).default([]) }))
                .default([]),
            }),
          ),
        })
        .optional(),
    })
    .optional(),
});
const containerStatus = z.looseObject({
  containerID: z.string().default(''),
  restartCount: z.number().default(0),
  lastState: z.looseObject({ terminated: z.looseObject({}).optional() }).default({}),
});
const podShape = z.looseObject({
  metadata: z.looseObject({ deletionTimestamp: z.string().optional() }),
  spec: z.looseObject({ nodeName: z.string().optional(), affinity: affinity.optional() }).default({}),
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .optional(),
});

/** A pod of a mirror's node agents, as far as anybody asks for it. */
export type AgentPod = z.infer<typeof podShape>;

/** Reads a live pod. */
export function readAgentPod(pod: KubernetesObject): AgentPod {
  return podShape.parse(pod);
}

/** The node that waits for this agent; a pod that is being deleted and still there is on one that does not answer. */
export function nodeOfUnready({ metadata, spec, status }: AgentPod): readonly string[] {
  const isReady =
    status?.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
  const isAway = !isReady || metadata.deletionTimestamp !== undefined;
  return isAway ? nodeOf({ spec }) : [];
}

/** The pods of a DaemonSet say by this where they belong, also those that find no room there. */
export function nodeOf({ spec: { nodeName, affinity } }: Pick<AgentPod, 'spec'>): readonly string[] {
  if (nodeName !== undefined) return [nodeName];
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields }) => matchFields);
  return fields.flatMap(({ key, values }) => (key === 'metadata.name' ? values : []));
}

/**
 * Whether any container was started, or the node does not say. A container has an ID from when it was made until its pod is
 * gone, also while it waits for another start.
 */
export function mayHaveStarted({ metadata, status }: AgentPod): boolean {
  const isMade = status?.containerStatuses.some(
    ({ containerID, restartCount, lastState }) =>
      containerID !== '' || restartCount > 0 || lastState.terminated !== undefined,
  );
  return isMade === true || metadata.deletionTimestamp !== undefined;
}
