import type { KubernetesObject } from '@entrepot/kube';
import type { Catalog } from '../strategy/catalog.ts';
import type { PlannedMirror, TextBlock } from '../strategy/contract.ts';
import { inFleetOf } from './ownership.ts';
import type { Survey } from './survey.ts';

/** What a strategy wants once, whatever the number of mirrors. */
export interface FleetPlan {
  readonly strategy: string;
  readonly objects: readonly KubernetesObject[];
  readonly textBlocks: readonly TextBlock[];
  /** The mirrors it was planned for, by name. */
  readonly mirrors: ReadonlyMap<string, PlannedMirror>;
}

/**
 * The fleet plans of all strategies in use that did not fail; what a failed one has in the cluster stays as it is.
 * In use is the default strategy, what a mirror uses, and what was used before: its text then says that no mirror is left.
 *
 * @param usedBefore names of strategies that may have left something
 */
export function planFleet(
  { mirrors, strategies }: Survey,
  catalog: Catalog,
  usedBefore: Iterable<string> = [],
): readonly FleetPlan[] {
  const chosen = [...mirrors.values()].flatMap((mirror) => (mirror.kind === 'valid' ? mirror.strategies : []));
  const inUse = new Set([
    catalog.strategy(catalog.defaultAddressing)?.strategy.name,
    ...chosen.map(({ status }) => status.name),
    ...usedBefore,
  ]);
  return [...strategies].flatMap(([strategy, run]) => {
    if (run.fleet === undefined || !inUse.has(strategy)) return [];
    const objects = (run.fleet.objects ?? []).map((object) => inFleetOf(strategy, object));
    return [{ strategy, objects, textBlocks: run.fleet.textBlocks ?? [], mirrors: run.mirrors }];
  });
}
