import { describe, textBlockProblem } from '@entrepot/kube';
import { isOfKind } from '../plan/ownership.ts';
import type {
  AddressingStrategy,
  Contribution,
  FleetContribution,
  Guarantees,
  PlanContext,
  PlannedMirror,
  StrategyPlan,
} from './contract.ts';
import type { ConfiguredStrategy } from './define.ts';

/** What a strategy came to, whatever it did. */
export interface StrategyRun {
  /** The mirrors it planned for, by name: those it did not fail for. */
  readonly mirrors: ReadonlyMap<string, PlannedMirror>;
  readonly perMirror: ReadonlyMap<string, Contribution>;
  readonly guarantees: ReadonlyMap<string, Guarantees>;
  /** Undefined when the strategy failed even without the mirrors it fails for: what it has in the cluster then stays. */
  readonly fleet?: FleetContribution;
  /** The error of each mirror that the strategy fails for. */
  readonly failures: ReadonlyMap<string, string>;
  /** The error that kept the fleet from being planned. */
  readonly fleetFailure?: string;
}

/**
 * Lets a strategy plan. When it throws, it is asked for each mirror alone, and then again for all it does not throw for,
 * so that only the guilty ones suffer.
 */
export function runStrategy(
  { strategy, settings }: ConfiguredStrategy,
  mirrors: readonly PlannedMirror[],
  context: PlanContext,
): StrategyRun {
  const plan = (chosen: readonly PlannedMirror[]): Planned => ({
    ...checkedPlan(strategy, chosen, strategy.plan(chosen, settings, context)),
    mirrors: new Map(chosen.map((planned) => [planned.mirror.name, planned])),
    guarantees: new Map(chosen.map(({ mirror, options }) => [mirror.name, strategy.guarantees(options)])),
  });
  const all = attempt(() => plan(mirrors));
  if ('value' in all) return runOf(all.value, new Map());
  const failures = new Map<string, string>();
  for (const planned of mirrors) {
    const alone = attempt(() => plan([planned]));
    if ('error' in alone) failures.set(planned.mirror.name, alone.error);
  }
  const rest = mirrors.filter(({ mirror }) => !failures.has(mirror.name));
  const again = attempt(() => plan(rest));
  if ('value' in again) return runOf(again.value, failures);
  for (const { mirror } of rest) failures.set(mirror.name, again.error);
  return { mirrors: new Map(), perMirror: new Map(), guarantees: new Map(), failures, fleetFailure: again.error };
}

type Planned = StrategyPlan & Pick<StrategyRun, 'mirrors' | 'guarantees'>;

function runOf({ fleet, ...planned }: Planned, failures: ReadonlyMap<string, string>): StrategyRun {
  return { ...planned, fleet: fleet ?? {}, failures };
}

/** A plan that holds what could be applied but not watched and pruned, or not be applied at all, counts as thrown. */
function checkedPlan(
  { manages }: AddressingStrategy,
  mirrors: readonly PlannedMirror[],
  plan: StrategyPlan,
): StrategyPlan {
  const known = new Set(mirrors.map(({ mirror }) => mirror.name));
  const stranger = [...plan.perMirror.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) throw new Error(`planned for ${stranger}, which was not asked for`);
  const objects = [...plan.perMirror.values(), plan.fleet ?? {}].flatMap(({ objects }) => objects ?? []);
  const undeclared = objects.find((object) => !isOfKind(object, manages));
  if (undeclared !== undefined) throw new Error(`planned ${describe(undeclared)}, a kind it does not say it manages`);
  for (const { marker, content } of plan.fleet?.textBlocks ?? []) {
    const problem = textBlockProblem(marker, content);
    if (problem !== undefined) throw new Error(`planned what cannot be written: ${problem}`);
  }
  return plan;
}

function attempt<T>(action: () => T): { readonly value: T } | { readonly error: string } {
  try {
    return { value: action() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
