import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { DaemonSet, StatefulSet } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { type ConfigProblem, configProblem } from '../plan/config-problem.ts';
import { hasFormerTolerations } from '../plan/former-tolerations.ts';
import { mirrorView } from '../plan/mirror-view.ts';
import { namesOf } from '../plan/naming.ts';
import { isOwnedBy } from '../plan/ownership.ts';
import { rolloutOf } from '../plan/rollout.ts';
import type { ValidMirror } from '../plan/survey.ts';
import type { MirrorSettings } from '../settings.ts';

/** What the cluster holds for a mirror, as far as the status speaks of it. */
export interface MirrorFacts {
  readonly clusterIPs: readonly string[];
  /** What is wrong with the Secret or ConfigMap the configuration relies on, and the reason for the condition. */
  readonly configProblem?: ConfigProblem;
  readonly replicas: {
    readonly wanted: number;
    readonly ready: number;
    /** How many pods there are; undefined where there is no StatefulSet, or its controller has not seen it yet. */
    readonly made?: number;
  };
  /** Undefined where there is no node agent, or its controller has not seen it yet. */
  readonly nodes?: { readonly desired: number; readonly ready: number };
  /** Whether other nodes had an agent before, and keep what it wrote. */
  readonly hasFormerNodes?: boolean;
}

const statefulSetShape = z.looseObject({
  status: z.looseObject({
    observedGeneration: z.number().optional(),
    replicas: z.number().default(0),
    readyReplicas: z.number().default(0),
  }),
});

/** Reads the facts about a mirror from the state. */
export function gatherFacts(mirror: ValidMirror, state: ClusterState, settings: MirrorSettings): MirrorFacts {
  const { namespace } = settings;
  const { object, spec } = mirror;
  const names = namesOf(object.metadata.name);
  const owned = (live: KubernetesObject | undefined): KubernetesObject | undefined =>
    live !== undefined && isOwnedBy(object, live) ? live : undefined;
  const server = owned(state.get(StatefulSet, { namespace, name: names.statefulSet }));
  const agent = owned(state.get(DaemonSet, { namespace, name: names.daemonSet }));
  const rollout = rolloutOf(agent);
  const { readyReplicas = 0, replicas, observedGeneration } = statefulSetShape.safeParse(server).data?.status ?? {};
  const made = observedGeneration === undefined ? undefined : replicas;
  const problem = configProblem(mirror, state, settings);
  return {
    clusterIPs: mirrorView(object, spec, state, settings).service.clusterIPs,
    ...(problem !== undefined && { configProblem: problem }),
    replicas: { wanted: spec.replicas, ready: readyReplicas, ...(made !== undefined && { made }) },
    ...(rollout !== undefined && { nodes: { desired: rollout.desired, ready: rollout.ready } }),
    ...(hasFormerTolerations(agent) && { hasFormerNodes: true }),
  };
}
