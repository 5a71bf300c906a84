import {
  type Applier,
  type Clock,
  describe,
  type EventRecorder,
  type KubernetesObject,
  systemClock,
} from '@entrepot/kube';
import { ConfigMap, nodePolicyName } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { liveNodeAgent } from '../plan/former-node-state.ts';
import { hasFormerTolerations } from '../plan/former-tolerations.ts';
import { isWritableFor } from '../plan/ownership.ts';
import { type Rollout, rolloutOf } from '../plan/rollout.ts';
import type { NodePlan } from '../plan/withdrawal.ts';
import type { MirrorSettings } from '../settings.ts';
import type { AbsentNodeFinder, AbsentNodes } from './absent-nodes.ts';
import type { NodeFinalizer } from './node-finalizer.ts';
import { isHalting } from './node-policy.ts';
import { UntouchedNodes } from './untouched-nodes.ts';
import { leftBehindMessage, type Withdrawal } from './withdrawal-statement.ts';
import { WithdrawalWaits } from './withdrawal-waits.ts';

export interface NodeAgentsOptions {
  readonly applier: Applier;
  readonly state: ClusterState;
  readonly settings: MirrorSettings;
  readonly finalizer: NodeFinalizer;
  readonly finder: AbsentNodeFinder;
  readonly events: EventRecorder;
  readonly clock?: Clock | undefined;
}

/** What came of a plan for nodes. */
export interface NodesOutcome {
  /** The DaemonSet that has to be there; undefined when nodes have nothing of the mirror. */
  readonly agent?: KubernetesObject;
  readonly isChanged: boolean;
  /** Nodes whose agent is not ready, as far as they are known. */
  readonly absentNodes: readonly string[];
  readonly withdrawal: Withdrawal;
  /** Whether no agent was ever started, so that nodes have nothing of the mirror. */
  readonly isUntouched: boolean;
  /** When to look again though nothing happened, in milliseconds. */
  readonly lookAgainMs?: number;
}

const nothing: NodesOutcome = {
  isChanged: false,
  absentNodes: [],
  withdrawal: { state: 'none' },
  isUntouched: false,
};

/** Brings nodes in line with what is planned for a mirror, and waits for them, though not for ever, before it lets go. */
export class NodeAgents {
  readonly #options: NodeAgentsOptions;
  readonly #clock: Clock;
  /** By mirror, the last DaemonSet that goes though nodes did not answer: the informer may show it for a moment longer. */
  readonly #abandoned = new Map<string, { readonly agent: string | undefined; readonly withdrawal: Withdrawal }>();
  readonly #waits: WithdrawalWaits;
  readonly #untouched: UntouchedNodes;

  constructor(options: NodeAgentsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#waits = new WithdrawalWaits(options.settings, this.#clock);
    this.#untouched = new UntouchedNodes(options);
  }

  /**
   * Applies the DaemonSet, after the mirror was told to wait for it when it is deleted.
   *
   * @returns undefined when the mirror is gone
   */
  async apply(mirror: KubernetesObject, plan: NodePlan, signal: AbortSignal): Promise<NodesOutcome | undefined> {
    const { applier, finalizer, finder } = this.#options;
    const { nodeAgent, former } = plan;
    const live = liveNodeAgent(mirror, this.#options);
    const { name } = mirror.metadata;
    const abandoned = this.#abandoned.get(name);
    if (nodeAgent === undefined || (live !== undefined && live.metadata.uid === abandoned?.agent)) {
      finder.forget(name);
      this.#waits.forget(name);
      this.#untouched.forget(name);
      return abandoned === undefined ? nothing : { ...nothing, withdrawal: abandoned.withdrawal };
    }
    this.#abandoned.delete(name);
    if (plan.node.length > 0) this.#waits.forget(name);
    const wait = plan.node.length === 0 ? this.#waits.of(mirror, live) : undefined;
    if (wait !== undefined && wait.untilMs <= this.#clock.now()) return this.#abandon(mirror, live, former, signal);
    const areUntouched = this.#untouched.areOf(mirror, live);
    const isOfUse = areUntouched || hasFormerTolerations(nodeAgent);
    const haveBegun = wait !== undefined && isOfUse && (await this.#haveStarted(name, live, signal));
    const wasUntouched = areUntouched && !haveBegun;
    this.#untouched.remember(mirror, wasUntouched);
    if (!(await finalizer.hold(mirror, signal))) return undefined;
    const isChanged = (await applier.apply(nodeAgent, (found) => isWritableFor(mirror, found), signal)) !== 'unchanged';
    const rollout = isChanged ? undefined : rolloutOf(live);
    const { names, haveStarted, quietMs, askAgainMs } = await this.#absentNodes(name, rollout, signal);
    const isUntouched = wasUntouched && haveStarted !== true;
    this.#untouched.remember(mirror, isUntouched);
    // Agents that take away start as little as those that were to write: nothing was written, and nothing will be.
    const isVain = isUntouched && haveStarted === false && rollout?.outdated === 0;
    if (wait !== undefined && isVain) return this.#leave(mirror, live, nothing.withdrawal);
    const progress = { daemonSet: nodeAgent, rollout, quietMs, absent: haveStarted === undefined ? undefined : names };
    const formerMs = this.#waits.leftForFormer(name, progress);
    if (formerMs !== undefined && formerMs <= 0) return this.#abandon(mirror, live, former, signal);
    const withdrawal: Withdrawal = {
      state: 'pending',
      former,
      ...(rollout !== undefined && { rollout }),
      absent: names,
      isHalted: this.isHalted(),
      ...(wait !== undefined && { wait }),
    };
    const waits = [askAgainMs, formerMs, wait === undefined ? undefined : wait.untilMs - this.#clock.now()];
    const lookAgainMs = Math.min(...waits.filter((wait) => wait !== undefined));
    return {
      agent: nodeAgent,
      isChanged,
      absentNodes: names,
      withdrawal: former.length === 0 ? nothing.withdrawal : withdrawal,
      isUntouched,
      ...(Number.isFinite(lookAgainMs) && { lookAgainMs }),
    };
  }

  /** Says of a mirror whose nodes are left as they are for now that they have something of it. */
  async keep(mirror: KubernetesObject, signal: AbortSignal): Promise<void> {
    if (liveNodeAgent(mirror, this.#options) !== undefined) await this.#options.finalizer.hold(mirror, signal);
  }

  /** Whether no agent of a mirror was ever started, where nothing else was found out; undefined where the status stays as it is. */
  areUntouched(mirror: KubernetesObject): boolean | undefined {
    return this.#untouched.known(mirror, liveNodeAgent(mirror, this.#options));
  }

  /** To be called when nodes have nothing of a mirror any more, and the DaemonSet is gone or goes with the mirror. */
  async release(mirror: KubernetesObject, signal: AbortSignal): Promise<void> {
    await this.#options.finalizer.release(mirror, signal);
  }

  /** Whether a mirror is there because of its nodes. */
  isHeld(mirror: KubernetesObject): boolean {
    return this.#options.finalizer.isOn(mirror);
  }

  /** To be called when a mirror is gone. */
  forget(mirror: string): void {
    this.#options.finalizer.forget(mirror);
    this.#options.finder.forget(mirror);
    this.#abandoned.delete(mirror);
    this.#waits.forget(mirror);
    this.#untouched.forget(mirror);
  }

  /** To be called when this process begins to lead: others may have done anything since it did last. */
  forgetAll(): void {
    for (const memory of [this.#options.finder, this.#waits, this.#untouched]) memory.forgetAll();
  }

  /** Whether the cluster's owner stopped all writing on nodes. */
  isHalted(): boolean {
    const { state, settings } = this.#options;
    return isHalting(state.get(ConfigMap, { namespace: settings.namespace, name: nodePolicyName }));
  }

  /** Looks at agents for the last time before they are asked to give up everything: what was listed before may be old. */
  async #haveStarted(mirror: string, live: KubernetesObject | undefined, signal: AbortSignal): Promise<boolean> {
    if (!this.#waits.isToAsk(live)) return false;
    const { nodes, haveStarted } = await this.#options.finder.list(mirror, undefined, signal);
    this.#waits.asking(mirror, live, nodes);
    return haveStarted;
  }

  async #absentNodes(
    mirror: string,
    rollout: Rollout | undefined,
    signal: AbortSignal,
  ): Promise<Partial<AbsentNodes> & Pick<AbsentNodes, 'names'>> {
    const { finder } = this.#options;
    if (rollout !== undefined && !rollout.isComplete) return finder.find(mirror, rollout, signal);
    finder.forget(mirror);
    return { names: [] };
  }

  async #abandon(
    mirror: KubernetesObject,
    live: KubernetesObject | undefined,
    former: NodePlan['former'],
    signal: AbortSignal,
  ): Promise<NodesOutcome> {
    const { finder, events } = this.#options;
    const { names } = await finder.list(mirror.metadata.name, rolloutOf(live), signal);
    const withdrawal = { state: 'abandoned', former, absent: names } as const;
    const message = `${describe(mirror)}: ${leftBehindMessage(withdrawal)}`;
    events.record(mirror, { type: 'Warning', reason: 'NodesLeftBehind', message });
    return this.#leave(mirror, live, withdrawal);
  }

  #leave({ metadata }: KubernetesObject, live: KubernetesObject | undefined, withdrawal: Withdrawal): NodesOutcome {
    this.#abandoned.set(metadata.name, { agent: live?.metadata.uid, withdrawal });
    return { ...nothing, withdrawal };
  }
}
