import {
  type Applier,
  type ApplyOutcome,
  type Clock,
  done,
  type KubernetesObject,
  type Result,
  systemClock,
  WaitingError,
} from '@entrepot/kube';
import { DaemonSet, NetworkPolicy, PodDisruptionBudget, Secret } from '../api/group.ts';
import type { CertificateKeeper, CertificateOutcome } from '../certificates/certificate-keeper.ts';
import type { ClusterState } from '../cluster-state.ts';
import { chooseCertificate } from '../plan/certificate-choice.ts';
import { type MirrorPlan, planMirror } from '../plan/mirror.ts';
import { baseLabels, isOwnedBy, isWritableFor, strategyLabel } from '../plan/ownership.ts';
import type { SurveyedMirror, ValidMirror } from '../plan/survey.ts';
import { withRefusals } from '../plan/volumes.ts';
import { planWithdrawal } from '../plan/withdrawal.ts';
import type { MirrorSettings } from '../settings.ts';
import type { Catalog } from '../strategy/catalog.ts';
import { isRetried, type StepFailure } from './conditions.ts';
import type { FleetReconciler } from './fleet-reconciler.ts';
import { gatherFacts } from './gather.ts';
import type { NodeAgents, NodesOutcome } from './node-agents.ts';
import type { PodHandovers } from './pod-handovers.ts';
import type { Reporter } from './reporter.ts';
import type { MirrorOutcome } from './status.ts';
import { Steps } from './steps.ts';
import type { StrategyInventory } from './strategy-inventory.ts';
import type { Surveyor } from './surveyor.ts';
import type { UnreadyPodFinder } from './unready-pods.ts';
import type { VolumeGrower } from './volume-grower.ts';

export interface MirrorReconcilerOptions {
  readonly state: ClusterState;
  readonly settings: MirrorSettings;
  readonly catalog: Catalog;
  readonly surveyor: Surveyor;
  readonly applier: Applier;
  readonly nodes: NodeAgents;
  readonly handovers: PodHandovers;
  readonly unreadyPods: UnreadyPodFinder;
  readonly volumes: VolumeGrower;
  readonly certificates: CertificateKeeper;
  readonly inventory: StrategyInventory;
  readonly reporter: Reporter;
  readonly fleet: Pick<FleetReconciler, 'firstPass' | 'problems' | 'pendingFor'>;
  readonly clock?: Clock | undefined;
}

/** A timer cannot be set for longer than 24 days, and clocks are put right now and then. */
const longestWaitMs = 12 * 3_600_000;
/** How long an event that follows from our own write may take. */
const eventLimitMs = 5_000;
/** However near a certificate is to its end, there is no use in looking at it over and over. */
const shortestWaitMs = 60_000;

/** Brings one mirror in line with its RegistryMirror. */
export class MirrorReconciler {
  readonly #options: MirrorReconcilerOptions;
  readonly #clock: Clock;

  constructor(options: MirrorReconcilerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** @param name the mirror's name; of one that is gone, owner references see to the rest */
  async reconcile(name: string, signal: AbortSignal): Promise<Result> {
    const { surveyor, reporter, nodes, handovers, certificates, unreadyPods } = this.#options;
    const mirror = surveyor.mirror(name);
    if (mirror === undefined) {
      for (const known of [reporter, nodes, handovers, certificates, unreadyPods]) known.forget(name);
      return done;
    }
    if (mirror.kind !== 'valid') return this.#dismiss(mirror, signal);
    const steps = new Steps(signal);
    const { outcome, lookAgainMs } = await this.#apply(mirror, steps, signal);
    if (steps.isContinued && steps.failures.length === 0) return { requeueAfterMs: eventLimitMs };
    const heldMs = await reporter.report(mirror, outcome, signal);
    return this.#result(steps.failures, outcome.certificate?.checkAt, [...lookAgainMs, heldMs]);
  }

  async #apply(
    mirror: ValidMirror,
    steps: Steps,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: MirrorOutcome; readonly lookAgainMs: readonly (number | undefined)[] }> {
    const { state, settings, surveyor, fleet, nodes, handovers, unreadyPods, volumes } = this.#options;
    const gathered = gatherFacts(mirror, state, settings);
    const hasAddress = gathered.clusterIPs.length > 0;
    const certificate = hasAddress ? await this.#ensureCertificate(mirror, steps, signal) : undefined;
    // Asked for only where something is to be withdrawn: no mirror may lose what another one has just come to want.
    const nodeStates = {
      get survey() {
        return surveyor.current();
      },
      state,
      settings,
    };
    const { handover, lookAgainMs } = await handovers.next(mirror, signal);
    const given = { trusted: certificate?.bundleHash, handover };
    const plan = await steps.attempt('ConfigRendered', () => planMirror(mirror, nodeStates, given));
    const addressing = plan && (await this.#applyPlan(mirror, plan, hasAddress, steps, signal));
    // What nodes said of the agent is not said of one that was changed since.
    const { nodes: _stale, ...unprepared } = gathered;
    const facts = addressing?.isChanged === true ? unprepared : gathered;
    const growth = await volumes.grow(plan?.growth ?? [], signal);
    const pods = await unreadyPods.find(mirror.object, facts.replicas, signal);
    await fleet.firstPass;
    const outcome = {
      facts,
      failures: steps.failures,
      ...(certificate !== undefined && { certificate }),
      hasNodeAgent: plan !== undefined && plan.node.length > 0,
      absentNodes: addressing?.absentNodes ?? [],
      isHalted: nodes.isHalted(),
      ...(addressing?.withdrawal !== undefined && { withdrawal: addressing.withdrawal }),
      isUntouched: addressing?.isUntouched ?? nodes.areUntouched(mirror.object),
      isAddressingApplied: addressing !== undefined,
      podObstacle: pods.obstacle,
      storageNote: withRefusals(plan?.storageNote, growth.refusals),
      fleetProblems: fleet.problems,
      pendingFleets: fleet.pendingFor(mirror.object.metadata.name),
    };
    return { outcome, lookAgainMs: [lookAgainMs, addressing?.lookAgainMs, pods.askAgainMs, growth.askAgainMs] };
  }

  async #ensureCertificate(
    mirror: ValidMirror,
    steps: Steps,
    signal: AbortSignal,
  ): Promise<CertificateOutcome | undefined> {
    const { certificates, state, settings } = this.#options;
    const choice = chooseCertificate(mirror, state, settings);
    return steps.attempt('CertificateReady', () => certificates.ensure(mirror.object, choice, signal));
  }

  /** Services first, then what depends on their addresses; the configuration before the pods that mount it. */
  async #applyPlan(
    mirror: ValidMirror,
    plan: MirrorPlan,
    hasAddress: boolean,
    steps: Steps,
    signal: AbortSignal,
  ): Promise<Partial<NodesOutcome> | undefined> {
    const apply = (object: KubernetesObject) => this.#applyOwned(mirror, object, signal);
    const services = await steps.attempt('CacheAvailable', () => inOrder(plan.services, apply));
    if (services?.includes('created') === true && !hasAddress) {
      steps.isContinued = true;
      return undefined;
    }
    if (!hasAddress) {
      const [service] = plan.services;
      const message = `Service ${service?.metadata.name} has no cluster IP yet`;
      await steps.attempt('CacheAvailable', () => Promise.reject(new WaitingError('ServicePending', message, 30_000)));
      return undefined;
    }
    const hasConfig = await steps.attempt('ConfigRendered', () => apply(plan.configSecret));
    for (const guard of plan.guards) await steps.attempt('CacheAvailable', () => apply(guard), { isTolerable: true });
    if (hasConfig !== undefined) await steps.attempt('CacheAvailable', () => apply(plan.cacheServer));
    return steps.attempt('Addressed', () => this.#applyAddressing(mirror, plan, steps, signal));
  }

  /** What a strategy that fails has on nodes and in the cluster stays as it is until it can say again what it wants. */
  async #applyAddressing(
    mirror: ValidMirror,
    plan: MirrorPlan,
    steps: Steps,
    signal: AbortSignal,
  ): Promise<Partial<NodesOutcome> | undefined> {
    if (mirror.strategies.some(({ status }) => status.state === 'failed')) return {};
    const { nodes, inventory } = this.#options;
    for (const { status, contribution } of mirror.strategies) {
      await inventory.record(status.name, contribution?.objects ?? [], [], signal);
    }
    const { strategyObjects } = plan;
    const outcome = await nodes.apply(mirror.object, plan, signal);
    if (outcome === undefined) {
      steps.isContinued = true;
      return undefined;
    }
    await inOrder(strategyObjects, (object) => this.#applyOwned(mirror, object, signal));
    const objects = [...(outcome.agent === undefined ? [] : [outcome.agent]), ...strategyObjects];
    const keep = [plan.configSecret, certificateSecret(plan), ...plan.guards, ...objects];
    await this.#prune(mirror.object, keep, [Secret, PodDisruptionBudget, NetworkPolicy], signal);
    if (outcome.agent === undefined) await nodes.release(mirror.object, signal);
    return outcome;
  }

  /** Nobody is sent to a mirror that is refused for good or deleted; it serves until nodes have forgotten it. */
  async #dismiss(mirror: Exclude<SurveyedMirror, ValidMirror>, signal: AbortSignal): Promise<Result> {
    const { state, settings, surveyor, reporter, nodes } = this.#options;
    const { object, kind } = mirror;
    const isLeaving = kind === 'leaving';
    if (isLeaving && !nodes.isHeld(object)) return done;
    if (kind === 'invalid' && !mirror.isWithdrawn) {
      await nodes.keep(object, signal);
      await reporter.report(mirror, { isUntouched: nodes.areUntouched(object) }, signal);
      return done;
    }
    const plan = planWithdrawal(mirror, { survey: surveyor.current(), state, settings });
    const outcome = await nodes.apply(object, plan, signal);
    if (outcome === undefined) return done;
    const { agent, withdrawal, isUntouched, lookAgainMs } = outcome;
    // What a deleted mirror owns is collected with it.
    if (!isLeaving) await this.#prune(object, agent === undefined ? [] : [agent], [], signal);
    if (agent === undefined) await nodes.release(object, signal);
    if (agent !== undefined || !isLeaving) await reporter.report(mirror, { withdrawal, isUntouched }, signal);
    return lookAgainMs === undefined ? done : { requeueAfterMs: Math.min(longestWaitMs, lookAgainMs) };
  }

  async #prune(
    mirror: KubernetesObject,
    keep: readonly KubernetesObject[],
    further: readonly (typeof Secret)[],
    signal: AbortSignal,
  ): Promise<void> {
    const { applier, catalog, settings } = this.#options;
    const isOurs = (live: KubernetesObject): boolean => isOwnedBy(mirror, live);
    const owner = mirror.metadata.uid;
    const labels = baseLabels(mirror.metadata.name);
    const kinds = [DaemonSet, ...further];
    const { namespace } = settings;
    // By owner alone: the settings may give DaemonSets any label.
    await applier.prune({ kinds, namespace, labels: {}, owner, isOurs }, keep, signal);
    for (const { strategy } of catalog.strategies) {
      const ofStrategy = { ...labels, [strategyLabel]: strategy.name };
      await applier.prune({ kinds: strategy.manages, namespace, labels: ofStrategy, owner, isOurs }, keep, signal);
    }
  }

  async #applyOwned(mirror: ValidMirror, object: KubernetesObject, signal: AbortSignal): Promise<ApplyOutcome> {
    return this.#options.applier.apply(object, (live) => isWritableFor(mirror.object, live), signal);
  }

  #result(
    failures: readonly StepFailure[],
    checkAt: number | undefined,
    further: readonly (number | undefined)[],
  ): Result {
    const retried = failures.find(({ error }) => isRetried(error));
    if (retried !== undefined) throw retried.error;
    const waits = failures.flatMap(({ error }) => (error instanceof WaitingError ? [error.afterMs] : []));
    const furtherWaits = further.filter((ms) => ms !== undefined);
    const untilCheck = checkAt === undefined ? longestWaitMs : Math.max(shortestWaitMs, checkAt - this.#clock.now());
    return { requeueAfterMs: Math.min(longestWaitMs, untilCheck, ...furtherWaits, ...waits) };
  }
}

function certificateSecret({ certificate, configSecret }: MirrorPlan): KubernetesObject {
  return { ...configSecret, metadata: { ...configSecret.metadata, name: certificate.secretName } };
}

async function inOrder<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await action(item));
  return results;
}
