import { isDeepStrictEqual } from 'node:util';
import {
  type Applier,
  applyTextBlock,
  type Clock,
  done,
  type KubeClient,
  type Result,
  systemClock,
  TerminalError,
  WaitingError,
} from '@entrepot/kube';
import { fieldManager } from '../api/group.ts';
import { type FleetPlan, planFleet } from '../plan/fleet.ts';
import { isInFleetOf } from '../plan/ownership.ts';
import type { Survey } from '../plan/survey.ts';
import type { Catalog } from '../strategy/catalog.ts';
import type { TextBlock } from '../strategy/contract.ts';
import { isRetried } from './conditions.ts';
import type { FleetCleaner } from './fleet-cleaner.ts';
import type { StrategyInventory } from './strategy-inventory.ts';
import { affectedMirrors, type Surveyor } from './surveyor.ts';

export interface FleetReconcilerOptions {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly catalog: Catalog;
  readonly surveyor: Surveyor;
  readonly inventory: StrategyInventory;
  readonly cleaner: FleetCleaner;
  /** Asks for a reconcile of a mirror. */
  readonly enqueueMirror: (name: string) => void;
  readonly onTextBlock?: TextBlockListener | undefined;
  readonly clock?: Clock | undefined;
}

/** Told of each block of text of a strategy whenever it was found, or has been put, in place. */
export type TextBlockListener = (strategy: string, block: TextBlock) => Promise<void>;

/** How long a pass is followed by none, in proportion to how long it took. */
const restPerWork = 4;
const longestRestMs = 500;

/**
 * Applies what strategies want once for all mirrors, and tells the mirrors for which that changes something.
 * It runs on every change of any mirror, also when the last one is gone.
 */
export class FleetReconciler {
  readonly #options: FleetReconcilerOptions;
  readonly #clock: Clock;
  readonly #problems = new Map<string, string>();
  /** Per strategy, the mirrors as they were when its fleet was last applied. */
  readonly #applied = new Map<string, FleetPlan['mirrors']>();
  readonly #firstPass = Promise.withResolvers<void>();
  #previous: Survey | undefined;

  constructor(options: FleetReconcilerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Per strategy, why its objects are not in place. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  /** Resolves when everything was tried once: what is in place is not known before. */
  get firstPass(): Promise<void> {
    return this.#firstPass.promise;
  }

  /** The strategies of a mirror that want something for all mirrors and have not applied it for this one, as it is now. */
  pendingFor(mirror: string): ReadonlySet<string> {
    const { strategies } = this.#options.surveyor.latest;
    const pending = [...strategies].filter(([strategy, { fleet, mirrors }]) => {
      const wanted = [...(fleet?.objects ?? []), ...(fleet?.textBlocks ?? [])];
      const isWanted = wanted.length > 0 && mirrors.has(mirror);
      return isWanted && !isDeepStrictEqual(mirrors.get(mirror), this.#applied.get(strategy)?.get(mirror));
    });
    return new Set(pending.map(([strategy]) => strategy));
  }

  async reconcile(signal: AbortSignal): Promise<Result> {
    const started = this.#clock.elapsedMs();
    try {
      const errors = await this.#reconcile(signal);
      if (errors.length > 0) throw mostUrgent(errors);
      return done;
    } finally {
      this.#firstPass.resolve();
      // Every pass looks at all mirrors. While many change, as many as possible are looked at in one.
      const worked = this.#clock.elapsedMs() - started;
      await this.#clock.sleep(Math.min(longestRestMs, restPerWork * worked), signal).catch(() => {});
    }
  }

  /** @returns what went wrong; nothing of it stops the rest */
  async #reconcile(signal: AbortSignal): Promise<readonly unknown[]> {
    const { surveyor, enqueueMirror, catalog, inventory, cleaner } = this.#options;
    const survey = surveyor.current();
    for (const name of affectedMirrors(this.#previous, survey)) enqueueMirror(name);
    this.#previous = survey;
    const traces = await inventory.traces(signal);
    const errors: unknown[] = [];
    for (const [strategy, left] of traces) {
      if (survey.strategies.has(strategy)) continue;
      errors.push(await attempt(() => cleaner.sweep(strategy, left, signal), signal));
    }
    for (const plan of planFleet(survey, catalog, traces.keys())) {
      const error = await attempt(() => this.#apply(plan, signal), signal);
      this.#note(plan, error, survey);
      errors.push(error ?? (await attempt(() => cleaner.tidy(plan, traces.get(plan.strategy), signal), signal)));
    }
    return errors.filter((error) => error !== undefined);
  }

  async #apply({ strategy, objects, textBlocks }: FleetPlan, signal: AbortSignal): Promise<void> {
    const { client, applier, inventory } = this.#options;
    await inventory.record(strategy, objects, textBlocks, signal);
    for (const object of objects) await applier.apply(object, isInFleetOf.bind(undefined, strategy), signal);
    for (const block of textBlocks) {
      await applyTextBlock(client, block, { fieldManager }, signal);
      await this.#options.onTextBlock?.(strategy, block);
    }
  }

  /** Mirrors of a strategy show its trouble and wait for it: they are looked at when something of that changes. */
  #note({ strategy, mirrors }: FleetPlan, error: unknown, survey: Survey): void {
    const before = this.#problems.get(strategy);
    const problem = error === undefined ? undefined : messageOf(error);
    if (problem === undefined) {
      const applied = this.#applied.get(strategy);
      this.#problems.delete(strategy);
      this.#applied.set(strategy, mirrors);
      for (const [name, mirror] of mirrors) {
        if (!isDeepStrictEqual(mirror, applied?.get(name))) this.#options.enqueueMirror(name);
      }
    } else this.#problems.set(strategy, problem);
    if (before === problem) return;
    for (const [name, mirror] of survey.mirrors) {
      const isUser = mirror.kind === 'valid' && mirror.strategies.some(({ status }) => status.name === strategy);
      if (isUser) this.#options.enqueueMirror(name);
    }
  }
}

/** Of errors, the one after which it is tried again first. */
function mostUrgent(errors: readonly unknown[]): unknown {
  const waits = errors.filter((error) => error instanceof WaitingError);
  return errors.find(isRetried) ?? waits.toSorted((one, other) => one.afterMs - other.afterMs)[0] ?? errors[0];
}

/** @returns what was thrown */
async function attempt(action: () => Promise<void>, signal: AbortSignal): Promise<unknown> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return error;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof TerminalError) return error.message;
  return `its objects for all mirrors cannot be applied: ${error instanceof Error ? error.message : String(error)}`;
}
