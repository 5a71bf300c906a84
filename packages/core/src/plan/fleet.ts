import type { KubernetesObject } from '@entrepot/kube';
import type { TextBlock } from '../strategy/contract.ts';
import { inFleetOf } from './ownership.ts';
import type { Survey } from './survey.ts';

/** What a strategy wants once, whatever the number of mirrors. */
export interface FleetPlan {
  readonly strategy: string;
  readonly objects: readonly KubernetesObject[];
  readonly textBlocks: readonly TextBlock[];
}

/** The fleet plans of all strategies that did not fail; what a failed one has in the cluster stays as it is. */
export function planFleet({ strategies }: Survey): readonly FleetPlan[] {
  return [...strategies].flatMap(([strategy, { fleet }]) =>
    fleet === undefined
      ? []
      : [
          {
            strategy,
            objects: (fleet.objects ?? []).map((object) => inFleetOf(strategy, object)),
            textBlocks: fleet.textBlocks ?? [],
          },
        ],
  );
}
