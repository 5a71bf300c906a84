import type { KubernetesObject } from '@entrepot/kube';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import type { ConfiguredStrategy } from '../strategy/define.ts';
import type { ConfigTemplate } from '../template/contract.ts';

export interface ClusterPlanInput {
  readonly state: ClusterState;
  readonly settings: MirrorSettings;
  readonly strategies: readonly ConfiguredStrategy[];
  readonly templates: readonly ConfigTemplate[];
}

/** Everything the operator would apply, in its order, and what a reader must know about it. */
export interface ClusterPlan {
  readonly objects: readonly KubernetesObject[];
  readonly notes: readonly string[];
}

/** What the operator would apply in this state. Certificates that are not there yet are placeholders, and a note says so. */
export function planCluster(_input: ClusterPlanInput): ClusterPlan {
  throw new Error('not built yet');
}
