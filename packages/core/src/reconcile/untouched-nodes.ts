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
  readonly finalizer: Pick<NodeFinalizer, 'isOn'>;
}

/** Knows of which mirrors no agent was ever started, so that nodes have nothing of them. The status keeps that. */
export class UntouchedNodes {
  readonly #options: UntouchedNodesOptions;
  /** What the informer may not show yet. */
  readonly #latest = new Map<string, { readonly uid: string | undefined; readonly areUntouched: boolean }>();

  constructor(options: UntouchedNodesOptions) {
    this.#options = options;
  }

  /**
   * Known from before the first agent on; of agents that were there before it was recorded, nobody knows. One that was ready,
   * or only started, may have written. To be asked before the finalizer is put on, which says that there were agents.
   *
   * @param live the mirror's agents
   */
  areOf(mirror: KubernetesObject, live: KubernetesObject | undefined): boolean {
    const { state, settings, finalizer } = this.#options;
    const { name } = mirror.metadata;
    const agents = { namespace: settings.namespace, name: namesOf(name).daemonSet };
    const isFirst = !finalizer.isOn(mirror) && state.get(DaemonSet, agents) === undefined;
    const recorded = this.#remembered(mirror) ?? readStatus(mirror.status).nodesUntouched ?? isFirst;
    return recorded && !hasReadyAgent(live);
  }

  /** The same where nothing is done about nodes; undefined where there is nothing to add to what the status says. */
  known(mirror: KubernetesObject, live: KubernetesObject | undefined): boolean | undefined {
    if (hasReadyAgent(live)) this.remember(mirror, false);
    return this.#remembered(mirror);
  }

  /** To be called with what became of it. */
  remember({ metadata: { name, uid } }: KubernetesObject, areUntouched: boolean): void {
    this.#latest.set(name, { uid, areUntouched });
  }

  /** To be called when a mirror has no agents any more, or is gone. */
  forget(mirror: string): void {
    this.#latest.delete(mirror);
  }

  /** To be called when others may have made agents meanwhile. */
  forgetAll(): void {
    this.#latest.clear();
  }

  #remembered({ metadata: { name, uid } }: KubernetesObject): boolean | undefined {
    const latest = this.#latest.get(name);
    return latest?.uid === uid ? latest?.areUntouched : undefined;
  }
}
