import type { KubernetesObject } from '@entrepot/kube';
import { DaemonSet } from '../api/group.ts';
import { readStatus } from '../api/registry-mirror-status.ts';
import type { ClusterState } from '../cluster-state.ts';
import { namesOf } from '../plan/naming.ts';
import { hasReadyAgent } from '../plan/rollout.ts';
import type { MirrorSettings } from '../settings.ts';
import type { NodeFinalizer } from './node-finalizer.ts';

export interface UntouchedNodesOptions {
  readonly state: ClusterState;
  readonly settings: MirrorSettings;
  readonly finalizer: NodeFinalizer;
}

/** Knows of which mirrors no agent was ever started, so that nodes have nothing of them. The status keeps that. */
export class UntouchedNodes {
  readonly #options: UntouchedNodesOptions;
  /** What the informer may not show yet. */
  readonly #latest = new Map<string, boolean>();

  constructor(options: UntouchedNodesOptions) {
    this.#options = options;
  }

  /**
   * Known from before the first agent on; of agents that were there before it was recorded, nobody knows. One that was ready,
   * or only started, may have written.
   *
   * @param live the mirror's agents
   */
  areOf(mirror: KubernetesObject, live: KubernetesObject | undefined): boolean {
    const { state, settings, finalizer } = this.#options;
    const { name } = mirror.metadata;
    const agents = { namespace: settings.namespace, name: namesOf(name).daemonSet };
    const isFirst = !finalizer.isOn(mirror) && state.get(DaemonSet, agents) === undefined;
    const recorded = this.#latest.get(name) ?? readStatus(mirror.status).nodesUntouched ?? isFirst;
    return recorded && !hasReadyAgent(live);
  }

  /** To be called with what became of it. */
  remember(mirror: string, areUntouched: boolean): void {
    this.#latest.set(mirror, areUntouched);
  }

  /** To be called when a mirror has no agents any more, or is gone. */
  forget(mirror: string): void {
    this.#latest.delete(mirror);
  }
}
