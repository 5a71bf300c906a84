import type { Clock, KubernetesObject } from '@entrepot/kube';
import { readStatus } from '../api/registry-mirror-status.ts';
import { hasFormerTolerations } from '../plan/former-tolerations.ts';
import { heldNodeState } from '../plan/held-node-state.ts';
import { type Rollout, rolloutOf } from '../plan/rollout.ts';
import type { MirrorSettings } from '../settings.ts';
import type { Wait } from './withdrawal-statement.ts';

/** So long after the last one got ready, agents are given up on nodes where none is to be any more. */
const formerPatienceMs = 30_000;

interface Asked {
  readonly atMs: number;
  /** How many of them were to have an agent then; undefined where that is not known. */
  readonly nodes: number | undefined;
}

/** Says how long nodes are waited for that were asked to give up all they have of a mirror. */
export class WithdrawalWaits {
  readonly #settings: MirrorSettings;
  readonly #clock: Clock;
  /** By mirror; the informer may not show yet that this was recorded. */
  readonly #asked = new Map<string, Asked>();

  constructor(settings: MirrorSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /**
   * Counted from when nodes were asked to give up everything, however long ago the mirror was deleted; the condition keeps that
   * for the operator that runs next.
   *
   * @param live the mirror's agents
   */
  of({ metadata, status }: KubernetesObject, live: KubernetesObject | undefined): Wait {
    const { name } = metadata;
    const pending = readStatus(status).conditions.find(
      ({ type, status: holds }) => type === 'Withdrawn' && holds === 'False',
    );
    const recorded = pending && Date.parse(pending.lastTransitionTime);
    const { clusterDomain, nodeWithdrawalLimitMs } = this.#settings;
    const isAsked = heldNodeState(live, clusterDomain).kept.length === 0;
    const before = isAsked ? this.#asked.get(name) : { atMs: undefined, nodes: rolloutOf(live)?.desired };
    const sinceMs = before?.atMs ?? (isAsked ? recorded : undefined) ?? this.#clock.now();
    this.#asked.set(name, { atMs: sinceMs, nodes: before?.nodes });
    return { sinceMs, untilMs: sinceMs + nodeWithdrawalLimitMs };
  }

  /**
   * How many milliseconds are left for nodes that had an agent only before tolerations were narrowed; undefined while others
   * are not done. Perhaps none is to be there any more because none can run there.
   *
   * @param agents what takes everything away, and since when it has made no progress
   */
  leftForFormer(
    mirror: string,
    agents: {
      readonly daemonSet: KubernetesObject;
      readonly rollout?: Rollout | undefined;
      readonly quietMs?: number | undefined;
    },
  ): number | undefined {
    const { daemonSet, rollout, quietMs } = agents;
    const others = this.#asked.get(mirror)?.nodes;
    if (quietMs === undefined || others === undefined || !hasFormerTolerations(daemonSet)) return undefined;
    return (rollout?.ready ?? 0) >= others ? formerPatienceMs - quietMs : undefined;
  }

  /** To be called when nodes are to have something of a mirror, or nothing waits for them. */
  forget(mirror: string): void {
    this.#asked.delete(mirror);
  }
}
