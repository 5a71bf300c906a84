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
  /** The mirror's: another one may have its name. */
  readonly uid: string | undefined;
  readonly atMs: number;
  /** Those that were to have an agent then; undefined where nobody has looked. */
  nodes?: ReadonlySet<string> | 'unknown' | undefined;
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
    const { name, uid } = metadata;
    const pending = readStatus(status).conditions.find(
      ({ type, status: holds }) => type === 'Withdrawn' && holds === 'False',
    );
    const recorded = pending && Date.parse(pending.lastTransitionTime);
    const isAsked = !this.isToAsk(live);
    const known = this.#asked.get(name);
    const before = known?.uid === uid ? known : undefined;
    const sinceMs = (isAsked ? (before?.atMs ?? recorded) : undefined) ?? this.#clock.now();
    this.#asked.set(name, { uid, atMs: sinceMs, nodes: before?.nodes });
    return { sinceMs, untilMs: sinceMs + this.#settings.nodeWithdrawalLimitMs };
  }

  /** Whether agents still keep something that they are to give up. */
  isToAsk(live: KubernetesObject | undefined): boolean {
    return heldNodeState(live, this.#settings.clusterDomain).kept.length > 0;
  }

  /**
   * To be called before they are asked. The first call counts: the next ones may come when agents are replaced already.
   *
   * @param nodes those of all pods of the mirror's agents; undefined where they may not be listed
   */
  asking(mirror: string, live: KubernetesObject | undefined, nodes: readonly string[] | undefined): void {
    const asked = this.#asked.get(mirror);
    if (asked === undefined || asked.nodes !== undefined) return;
    const rollout = rolloutOf(live);
    const areAll = rollout !== undefined && rollout.podless === 0 && (nodes?.length ?? 0) >= rollout.desired;
    asked.nodes = areAll ? new Set(nodes) : 'unknown';
  }

  /**
   * How many milliseconds are left for nodes that had an agent only before tolerations were narrowed; undefined while any other
   * may not be done. Perhaps none is to be there any more because none can run there.
   *
   * @param agents what takes everything away, and since when it has made no progress
   */
  leftForFormer(
    mirror: string,
    agents: {
      readonly daemonSet: KubernetesObject;
      readonly rollout?: Rollout | undefined;
      readonly quietMs?: number | undefined;
      /** The nodes that are not done; undefined where nobody has looked. */
      readonly absent: readonly string[] | undefined;
    },
  ): number | undefined {
    const { daemonSet, rollout, quietMs, absent } = agents;
    const others = this.#asked.get(mirror)?.nodes ?? 'unknown';
    if (quietMs === undefined || absent === undefined || rollout === undefined || others === 'unknown')
      return undefined;
    // A pod of before may be ready, and a node without one has no name.
    const areNamed = rollout.outdated + rollout.podless === 0 && absent.length >= rollout.desired - rollout.ready;
    if (!areNamed || absent.some((node) => others.has(node)) || !hasFormerTolerations(daemonSet)) return undefined;
    return formerPatienceMs - quietMs;
  }

  /** To be called when nodes are to have something of a mirror, or nothing waits for them. */
  forget(mirror: string): void {
    this.#asked.delete(mirror);
  }

  /** To be called when others may have asked them meanwhile. */
  forgetAll(): void {
    this.#asked.clear();
  }
}
