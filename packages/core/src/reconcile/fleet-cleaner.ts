import {
  ApiError,
  type Applier,
  applyTextBlock,
  type EventRecorder,
  isConflict,
  type KubeClient,
  type KubernetesObject,
} from '@entrepot/kube';
import { fieldManager } from '../api/group.ts';
import type { FleetPlan } from '../plan/fleet.ts';
import { fleetLabel, isInFleetOf, ownerOf, strategyLabel } from '../plan/ownership.ts';
import { isSameBlock, type StrategyInventory, type StrategyTraces } from './strategy-inventory.ts';

export interface FleetCleanerOptions {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly inventory: StrategyInventory;
  readonly events: Pick<EventRecorder, 'record'>;
}

/**
 * Removes what strategies left in the cluster. What cannot be removed is nothing that the condition of a mirror could speak of:
 * an event about the inventory does.
 */
export class FleetCleaner {
  readonly #options: FleetCleanerOptions;

  constructor(options: FleetCleanerOptions) {
    this.#options = options;
  }

  /** Removes all of a strategy that this operator does not have any more. */
  async sweep(strategy: string, traces: StrategyTraces, signal: AbortSignal): Promise<void> {
    await this.#telling(strategy, this.#sweep(strategy, traces, signal), signal);
  }

  /** Removes what a strategy wants no more, wherever it was once wanted. */
  async tidy(plan: FleetPlan, traces: StrategyTraces | undefined, signal: AbortSignal): Promise<void> {
    if (traces !== undefined) await this.#telling(plan.strategy, this.#tidy(plan, traces, signal), signal);
  }

  async #telling(strategy: string, work: Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!signal.aborted && !isConflict(error)) await this.#tell(strategy, error, signal);
      throw error;
    }
  }

  async #tell(strategy: string, error: unknown, signal: AbortSignal): Promise<void> {
    const { inventory, events } = this.#options;
    const regarding = await inventory.object(signal);
    if (regarding === undefined) return;
    const isForbidden = error instanceof ApiError && error.status === 403;
    const message = [
      `what strategy ${strategy} left behind cannot be removed: ${error instanceof Error ? error.message : String(error)}`,
      ...(isForbidden ? ['until it is, the operator needs the permissions that it had for this strategy'] : []),
    ].join('; ');
    events.record(regarding, { type: 'Warning', reason: 'CleanupFailed', message });
  }

  async #sweep(strategy: string, { kinds, textBlocks }: StrategyTraces, signal: AbortSignal): Promise<void> {
    const { applier, inventory } = this.#options;
    await this.#pruneFleet(strategy, kinds, [], signal);
    for (const { namespace, ...kind } of kinds) {
      const isOurs = (live: KubernetesObject): boolean => ownerOf(live) !== undefined;
      const scope = { kinds: [kind], namespace, labels: { [strategyLabel]: strategy }, isOurs };
      await applier.prune(scope, [], signal);
    }
    await this.#removeBlocks(strategy, textBlocks, signal);
    await inventory.forget(strategy, signal);
  }

  async #tidy(
    { strategy, objects, textBlocks }: FleetPlan,
    { kinds, textBlocks: places }: StrategyTraces,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#pruneFleet(strategy, kinds, objects, signal);
    const left = places.filter((place) => !textBlocks.some((block) => isSameBlock(block, place)));
    await this.#removeBlocks(strategy, left, signal);
  }

  async #pruneFleet(
    strategy: string,
    kinds: StrategyTraces['kinds'],
    keep: readonly KubernetesObject[],
    signal: AbortSignal,
  ): Promise<void> {
    const labels = { [fleetLabel]: strategy };
    const isOurs = isInFleetOf.bind(undefined, strategy);
    for (const { namespace, ...kind } of kinds) {
      await this.#options.applier.prune({ kinds: [kind], namespace, labels, isOurs }, keep, signal);
    }
  }

  async #removeBlocks(strategy: string, places: StrategyTraces['textBlocks'], signal: AbortSignal): Promise<void> {
    const { client, inventory } = this.#options;
    for (const place of places) {
      await applyTextBlock(client, { ...place, content: '' }, { fieldManager }, signal);
      await inventory.forgetBlock(strategy, place, signal);
    }
  }
}
