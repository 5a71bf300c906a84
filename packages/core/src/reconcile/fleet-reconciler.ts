import { type Applier, applyTextBlock, done, type KubeClient, type Result, TerminalError } from '@entrepot/kube';
import { type FleetPlan, planFleet } from '../plan/fleet.ts';
import { fleetLabel, isInFleetOf, ownerOf, strategyLabel } from '../plan/ownership.ts';
import type { Survey } from '../plan/survey.ts';
import type { Catalog } from '../strategy/catalog.ts';
import { isRetried } from './conditions.ts';
import type { StrategyInventory, StrategyTraces } from './strategy-inventory.ts';
import { affectedMirrors, type Surveyor } from './surveyor.ts';

export interface FleetReconcilerOptions {
  readonly client: KubeClient;
  /** One that reads from the server: fleet objects may be in any namespace. */
  readonly applier: Applier;
  readonly catalog: Catalog;
  readonly surveyor: Surveyor;
  readonly inventory: StrategyInventory;
  /** Asks for a reconcile of a mirror. */
  readonly enqueueMirror: (name: string) => void;
}

/**
 * Applies what strategies want once for all mirrors, and tells the mirrors for which that changes something.
 * It runs on every change of any mirror, also when the last one is gone.
 */
export class FleetReconciler {
  readonly #options: FleetReconcilerOptions;
  readonly #problems = new Map<string, string>();
  #previous: Survey | undefined;
  #hasSweptOthers = false;

  constructor(options: FleetReconcilerOptions) {
    this.#options = options;
  }

  /** Per strategy, why its objects are not in place. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  async reconcile(signal: AbortSignal): Promise<Result> {
    const survey = this.#options.surveyor.current();
    for (const name of affectedMirrors(this.#previous, survey)) this.#options.enqueueMirror(name);
    this.#previous = survey;
    await this.#sweepOthers(signal);
    const errors: unknown[] = [];
    for (const plan of planFleet(survey)) {
      const error = await this.#attempt(plan, signal);
      if (error !== undefined) errors.push(error);
      this.#note(plan.strategy, error, survey);
    }
    const worst = errors.find(isRetried) ?? errors[0];
    if (worst !== undefined) throw worst;
    return done;
  }

  async #attempt(plan: FleetPlan, signal: AbortSignal): Promise<unknown> {
    try {
      await this.#apply(plan, signal);
      return undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      return error;
    }
  }

  async #apply({ strategy, objects, textBlocks }: FleetPlan, signal: AbortSignal): Promise<void> {
    const { client, applier, catalog, inventory } = this.#options;
    const isOurs = isInFleetOf.bind(undefined, strategy);
    await inventory.record(strategy, objects, textBlocks, signal);
    for (const object of objects) await applier.apply(object, isOurs, signal);
    for (const block of textBlocks) await applyTextBlock(client, block, signal);
    const kinds = catalog.strategy(strategy)?.strategy.manages ?? [];
    await applier.prune({ kinds, labels: { [fleetLabel]: strategy }, isOurs }, objects, signal);
  }

  /** Mirrors of a strategy show its trouble: they are looked at when it comes and when it goes. */
  #note(strategy: string, error: unknown, survey: Survey): void {
    const before = this.#problems.get(strategy);
    const problem = error === undefined ? undefined : messageOf(error);
    if (before === problem) return;
    if (problem === undefined) this.#problems.delete(strategy);
    else this.#problems.set(strategy, problem);
    for (const [name, mirror] of survey.mirrors) {
      const isUser = mirror.kind === 'valid' && mirror.strategies.some(({ status }) => status.name === strategy);
      if (isUser) this.#options.enqueueMirror(name);
    }
  }

  /** Once per run: strategies come and go with the program's arguments only. */
  async #sweepOthers(signal: AbortSignal): Promise<void> {
    if (this.#hasSweptOthers) return;
    const { catalog, inventory } = this.#options;
    const present = new Set(catalog.strategies.map(({ strategy }) => strategy.name));
    for (const [strategy, traces] of await inventory.tracesOfOthers(present, signal)) {
      await this.#sweep(strategy, traces, signal);
      await inventory.forget(strategy, traces, signal);
    }
    this.#hasSweptOthers = true;
  }

  async #sweep(strategy: string, { kinds, textBlocks }: StrategyTraces, signal: AbortSignal): Promise<void> {
    const { client, applier } = this.#options;
    for (const { namespace, ...kind } of kinds) {
      const scope = { kinds: [kind], namespace };
      const fleet = { labels: { [fleetLabel]: strategy }, isOurs: isInFleetOf.bind(undefined, strategy) };
      await applier.prune({ ...scope, ...fleet }, [], signal);
      const isOurs = (live: Parameters<typeof ownerOf>[0]): boolean => ownerOf(live) !== undefined;
      await applier.prune({ ...scope, labels: { [strategyLabel]: strategy }, isOurs }, [], signal);
    }
    for (const block of textBlocks) await applyTextBlock(client, { ...block, content: '' }, signal);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof TerminalError) return error.message;
  return `its objects for all mirrors cannot be applied: ${error instanceof Error ? error.message : String(error)}`;
}
