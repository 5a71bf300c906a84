import type { KubernetesObject } from '@entrepot/kube';
import { RegistryMirror } from '../api/group.ts';
import { withoutPort } from '../api/host.ts';
import { type MirrorSpec, normaliseMirror } from '../api/normalise.ts';
import type { Problem } from '../api/problem.ts';
import { readStatus, type StrategyStatus } from '../api/registry-mirror-status.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import type { Catalog } from '../strategy/catalog.ts';
import { withoutCollisions } from '../strategy/collisions.ts';
import { choose, type Choice } from '../strategy/choose.ts';
import type { Contribution, PlanContext, PlannedMirror } from '../strategy/contract.ts';
import { runStrategy, type StrategyRun } from '../strategy/run.ts';
import { mirrorView } from './mirror-view.ts';

/** A mirror that can be planned. */
export interface ValidMirror {
  readonly kind: 'valid';
  readonly object: KubernetesObject;
  readonly spec: MirrorSpec;
  readonly choice: Choice;
  readonly warnings: readonly string[];
  /** What its strategies came to, in the order of spec.addressing. */
  readonly strategies: readonly SurveyedStrategy[];
}

/** A strategy of a mirror; without a contribution it failed. */
export interface SurveyedStrategy {
  readonly status: StrategyStatus;
  readonly contribution?: Contribution;
}

export type SurveyedMirror =
  | ValidMirror
  | {
      readonly kind: 'invalid';
      readonly object: KubernetesObject;
      readonly problems: readonly Problem[];
      /** Who has the name that nodes knew it by, when it could still be planned. */
      readonly winner?: string;
      /** Whether nodes are to forget it: somebody else has its name, or no strategy is left that sent anybody to it. */
      readonly isWithdrawn: boolean;
    }
  | {
      readonly kind: 'conflict';
      readonly object: KubernetesObject;
      readonly spec: MirrorSpec;
      readonly winner: string;
    }
  | {
      /** It is being deleted: it has no name any more, and is there until nodes have forgotten it. */
      readonly kind: 'leaving';
      readonly object: KubernetesObject;
      readonly spec?: MirrorSpec;
    };

/** All mirrors, and what every strategy wants for them. */
export interface Survey {
  readonly mirrors: ReadonlyMap<string, SurveyedMirror>;
  readonly strategies: ReadonlyMap<string, StrategyRun>;
}

/** Mirrors parsed before: an object that did not change is not parsed again. */
export type ParsedMirrors = WeakMap<KubernetesObject, SurveyedMirror>;

/** Looks at all mirrors at once: parses them, settles conflicts, and lets each strategy plan for those that use it. Pure. */
export function surveyMirrors(
  state: ClusterState,
  settings: MirrorSettings,
  catalog: Catalog,
  known: ParsedMirrors = new WeakMap(),
): Survey {
  const parsed = state
    .list(RegistryMirror)
    .toSorted((one, other) => compareTexts(one.metadata.name, other.metadata.name))
    .map((object) => known.get(object) ?? parse(object, catalog, known));
  const winners = winnersByName(parsed);
  const settled = parsed.map((mirror) => settle(mirror, winners));
  const valid = settled.filter((mirror) => mirror.kind === 'valid');
  const context: PlanContext = {
    namespace: settings.namespace,
    clusterDomain: settings.clusterDomain,
    observed: ({ kind, namespace, name }) => state.get(kind, namespace === undefined ? { name } : { namespace, name }),
  };
  const runs = withoutCollisions(
    new Map(
      catalog.strategies.map((configured) => {
        const users = valid.flatMap((mirror) => plannedFor(mirror, configured.strategy.name, state, settings));
        return [configured.strategy.name, runStrategy(configured, users, context)];
      }),
    ),
  );
  return {
    strategies: runs,
    mirrors: new Map(
      settled.map((mirror) => [
        mirror.object.metadata.name,
        mirror.kind === 'valid' ? { ...mirror, strategies: surveyedStrategies(mirror, runs) } : mirror,
      ]),
    ),
  };
}

function parse(object: KubernetesObject, catalog: Catalog, known: ParsedMirrors): SurveyedMirror {
  const mirror = parseMirror(object, catalog);
  known.set(object, mirror);
  return mirror;
}

/** Looks at a mirror alone: whether it can be planned, others left aside. */
export function parseMirror(object: KubernetesObject, catalog: Catalog): SurveyedMirror {
  const normalised = normaliseMirror(object.metadata.name, object['spec']);
  if (object.metadata.deletionTimestamp !== undefined) {
    return { kind: 'leaving', object, ...('spec' in normalised && { spec: normalised.spec }) };
  }
  const isWithdrawn = isWithoutStrategies(object, catalog);
  if ('problems' in normalised) return { kind: 'invalid', object, problems: normalised.problems, isWithdrawn };
  const chosen = choose(normalised.spec, catalog);
  if ('problems' in chosen) return { kind: 'invalid', object, problems: chosen.problems, isWithdrawn };
  return { kind: 'valid', object, ...normalised, choice: chosen.choice, strategies: [] };
}

/** Whether all strategies that a mirror had, when it could still be planned, were taken from the operator. */
function isWithoutStrategies({ status }: KubernetesObject, catalog: Catalog): boolean {
  const { strategies = [] } = readStatus(status);
  return strategies.length > 0 && strategies.every(({ name }) => catalog.strategy(name) === undefined);
}

/** Of mirrors with one name, the oldest has it; of equally old ones, the first by name. */
function winnersByName(mirrors: readonly SurveyedMirror[]): ReadonlyMap<string, string> {
  const age = ({ object }: SurveyedMirror): string => object.metadata.creationTimestamp ?? '';
  const winners = new Map<string, string>();
  for (const mirror of mirrors.toSorted((one, other) => compareTexts(age(one), age(other)))) {
    const name = claimedName(mirror);
    if (name !== undefined && !winners.has(name)) winners.set(name, mirror.object.metadata.name);
  }
  return winners;
}

/**
 * What a mirror is called on nodes, whose hosts files know no ports. One that cannot be planned any more is still there
 * under the name it had last.
 */
function claimedName(mirror: SurveyedMirror): string | undefined {
  const host = claimedHost(mirror);
  return host === undefined ? undefined : withoutPort(host);
}

function claimedHost(mirror: SurveyedMirror): string | undefined {
  if (mirror.kind === 'leaving') return undefined;
  if (mirror.kind !== 'invalid') return mirror.spec.masqueradeHost;
  return mirror.isWithdrawn ? undefined : readStatus(mirror.object['status']).masqueradeUrl;
}

function settle(mirror: SurveyedMirror, winners: ReadonlyMap<string, string>): SurveyedMirror {
  const { object } = mirror;
  const winner = winners.get(claimedName(mirror) ?? '');
  if (winner === undefined || winner === object.metadata.name) return mirror;
  if (mirror.kind === 'valid') return { kind: 'conflict', object, spec: mirror.spec, winner };
  return mirror.kind === 'invalid' ? { ...mirror, winner, isWithdrawn: true } : mirror;
}

function plannedFor(
  { object, spec, choice }: ValidMirror,
  strategy: string,
  state: ClusterState,
  settings: MirrorSettings,
): readonly PlannedMirror[] {
  const chosen = choice.strategies.find(({ configured }) => configured.strategy.name === strategy);
  if (chosen === undefined) return [];
  return [{ mirror: mirrorView(object, spec, state, settings), options: chosen.options }];
}

function surveyedStrategies(mirror: ValidMirror, runs: ReadonlyMap<string, StrategyRun>): readonly SurveyedStrategy[] {
  return mirror.choice.strategies.map(({ configured }) => {
    const { name } = configured.strategy;
    const run = runs.get(name);
    const failure = run?.failures.get(mirror.object.metadata.name);
    const guarantees = run?.guarantees.get(mirror.object.metadata.name);
    if (failure !== undefined) {
      const message = `strategy ${name} failed: ${failure}`;
      return { status: { name, state: 'failed', reason: 'StrategyFailed', message } };
    }
    const contribution = run?.perMirror.get(mirror.object.metadata.name) ?? {};
    const status = { name, ...outlookOf(contribution), ...(guarantees !== undefined && { guarantees }) };
    return { status, contribution };
  });
}

function outlookOf({ waitFor, unsupported }: Contribution): Pick<StrategyStatus, 'state' | 'reason' | 'message'> {
  if (unsupported !== undefined) return { state: 'unsupported', reason: 'Unsupported', message: unsupported };
  if (waitFor !== undefined) return { state: 'waiting', reason: 'Waiting', message: waitFor };
  return { state: 'active', reason: 'Planned', message: 'everything it needs is there' };
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
