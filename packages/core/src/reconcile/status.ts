import { type MirrorStatus, type StrategyStatus } from '../api/registry-mirror-status.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import { problemSentence } from '../api/problem.ts';
import type { CertificateOutcome } from '../certificates/certificate-keeper.ts';
import type { SurveyedMirror, ValidMirror } from '../plan/survey.ts';
import type { StorageNote } from '../plan/volumes.ts';
import { certificateReady } from './certificate-ready.ts';
import {
  type ConditionType,
  conditionTypes,
  mergeConditions,
  readyStatement,
  type Statement,
  statementOf,
  type StepFailure,
} from './conditions.ts';
import type { MirrorFacts } from './gather.ts';
import type { PodObstacle } from './pod-obstacle.ts';
import { obstaclesOf, type Withdrawal, withdrawalStatement } from './withdrawal-statement.ts';

/** What came of taking a mirror from nodes that is refused or deleted. */
export interface Dismissal {
  readonly withdrawal?: Withdrawal;
  /** Whether no node agent was ever started; undefined where nobody looked. */
  readonly isUntouched?: boolean | undefined;
}

/** Everything a reconcile of a valid mirror came to. */
export interface MirrorOutcome extends Dismissal {
  readonly facts: MirrorFacts;
  readonly failures: readonly StepFailure[];
  /** Undefined when it was not its turn, or when it failed. */
  readonly certificate?: CertificateOutcome;
  /** Whether some strategy wants a node agent. */
  readonly hasNodeAgent: boolean;
  /** Nodes whose agent is not ready, as far as they are known. */
  readonly absentNodes?: readonly string[];
  /** Whether agents may not write at present. */
  readonly isHalted?: boolean;
  /** Set when the volumes that exist are not those the spec asks for. */
  readonly storageNote?: StorageNote | undefined;
  /** Why no replica starts, as far as it is known. */
  readonly podObstacle?: PodObstacle | undefined;
  /** Whether the node agent and the objects of strategies were applied. */
  readonly isAddressingApplied: boolean;
  /** Strategies whose fleet objects do not take this mirror into account yet. */
  readonly pendingFleets: ReadonlySet<string>;
  /** Per strategy, why its fleet objects could not be applied. */
  readonly fleetProblems: ReadonlyMap<string, string>;
}

/**
 * The status that says what was found and done. Pure.
 *
 * @param outcome of mirrors that cannot be planned, what is being taken from nodes
 * @param now milliseconds since the epoch
 */
export function mirrorStatus(
  mirror: SurveyedMirror,
  outcome: MirrorOutcome | Dismissal,
  previous: MirrorStatus,
  now: number,
): MirrorStatus {
  const generation = mirror.object.metadata.generation ?? 0;
  const conditions = (statements: readonly Statement[]): MirrorStatus['conditions'] =>
    mergeConditions(previous.conditions, [...statements, ...withdrawn], generation, now);
  const withdrawn = [withdrawalStatement(outcome.withdrawal, previous.conditions) ?? []].flat();
  const untouched = (outcome.isUntouched ?? previous.nodesUntouched) === true ? { nodesUntouched: true } : {};
  if (mirror.kind !== 'valid' || !('facts' in outcome)) {
    const isWithdrawn = mirror.kind === 'conflict' || (mirror.kind === 'invalid' && mirror.isWithdrawn);
    const { masqueradeUrl, address, strategies } = previous;
    return {
      // The name under which nodes know a mirror is its claim to that name, until it is withdrawn from them.
      ...(masqueradeUrl !== undefined && !isWithdrawn && { masqueradeUrl }),
      ...(address !== undefined && { address }),
      ...untouched,
      // Which strategies it had is needed to see, later, that none of them is left.
      ...(strategies !== undefined && { strategies: strategies.map(({ name }) => refusedStrategy(name, mirror)) }),
      observedGeneration: generation,
      conditions: conditions(refusal(mirror, previous, isWithdrawn || mirror.kind === 'leaving')),
    };
  }
  const { facts, certificate } = outcome;
  const strategies = strategyStatuses(mirror, outcome);
  const statements = [
    outcomeOf('ConfigRendered', outcome, configRendered),
    outcomeOf('CertificateReady', outcome, (known) => certificateReady(known.certificate)),
    outcomeOf('CacheAvailable', outcome, cacheAvailable),
    outcomeOf('Addressed', outcome, (known) => addressed(strategies, known)),
  ];
  const [address] = facts.clusterIPs;
  const notAfter = certificate?.served?.notAfter;
  return {
    observedGeneration: generation,
    conditions: conditions([readyStatement(statements), ...statements]),
    masqueradeUrl: mirror.spec.masqueradeHost,
    addressing: strategies.map(({ name }) => name).join(','),
    ...(address !== undefined && { address }),
    ...(notAfter !== undefined && { certificate: { notAfter: rfc3339(notAfter) } }),
    ...(facts.nodes !== undefined && { nodes: facts.nodes }),
    ...untouched,
    strategies,
  };
}

/** What was said before is no longer known of a mirror that nobody looks after, or no longer true where it is taken from nodes. */
function refusal(mirror: SurveyedMirror, { conditions }: MirrorStatus, isTaken: boolean): readonly Statement[] {
  const said = { status: 'False', ...refusalReason(mirror) } as const;
  const message = `what is there stays as it is, and nobody looks after it while Ready says ${said.reason}`;
  const unknown = { status: 'Unknown', reason: 'NotMaintained', message } as const;
  const former = conditionTypes.filter((type) => conditions.some((condition) => condition.type === type));
  return [
    { type: 'Ready', ...said },
    ...former.map((type) => ({ type, ...(isTaken && type === 'Addressed' ? said : unknown) })),
  ];
}

/** Nothing is guaranteed for a mirror that nobody plans. */
function refusedStrategy(name: string, mirror: SurveyedMirror): StrategyStatus {
  return { name, state: mirror.kind === 'leaving' ? 'waiting' : 'failed', ...refusalReason(mirror) };
}

function refusalReason(mirror: SurveyedMirror): Pick<Statement, 'reason' | 'message'> {
  if (mirror.kind === 'invalid') {
    return { reason: 'InvalidSpec', message: problemSentence(mirror.problems) };
  }
  if (mirror.kind === 'valid') return { reason: 'Pending', message: 'nothing was tried yet' };
  if (mirror.kind === 'leaving') return { reason: 'Leaving', message: 'it is being deleted' };
  const message = `spec.masqueradeUrl: ${mirror.spec.masqueradeHost} belongs to the older RegistryMirror ${mirror.winner}`;
  return { reason: 'Conflict', message };
}

function outcomeOf(
  type: ConditionType,
  outcome: MirrorOutcome,
  otherwise: (outcome: MirrorOutcome) => Omit<Statement, 'type'>,
): Statement {
  const failure = outcome.failures.find((failed) => failed.type === type && failed.isTolerable !== true);
  return failure === undefined ? { type, ...otherwise(outcome) } : statementOf(failure);
}

function configRendered({ facts }: MirrorOutcome): Omit<Statement, 'type'> {
  if (facts.configProblem !== undefined) return { status: 'False', ...facts.configProblem };
  return { status: 'True', reason: 'Rendered', message: 'the configuration is in place' };
}

function cacheAvailable(outcome: MirrorOutcome): Omit<Statement, 'type'> {
  const { facts, failures, storageNote, podObstacle } = outcome;
  const { replicas } = facts;
  const count = `${replicas.ready} of ${replicas.wanted} replicas are ready`;
  const unguarded = failures.filter(({ isTolerable }) => isTolerable).map((failure) => statementOf(failure).message);
  const message = [count, ...(storageNote === undefined ? [] : [storageNote.message]), ...unguarded].join('; ');
  if (replicas.ready === 0) {
    const { reason, message: why } = podObstacle ?? { reason: 'NoReplicaReady', message: undefined };
    return { status: 'False', reason, message: why === undefined ? message : `${message}; ${why}` };
  }
  if (unguarded.length > 0) return { status: 'True', reason: 'Unguarded', message };
  return { status: 'True', reason: storageNote?.reason ?? 'ReplicasReady', message };
}

function addressed(
  strategies: readonly StrategyStatus[],
  { facts, hasNodeAgent, absentNodes = [], isHalted = false }: MirrorOutcome,
): Omit<Statement, 'type'> {
  const [obstacle] = (['failed', 'unsupported', 'waiting'] as const).flatMap((worst) =>
    strategies.filter(({ state }) => state === worst),
  );
  if (obstacle !== undefined) {
    return { status: 'False', reason: obstacle.reason, message: `${obstacle.name}: ${obstacle.message}` };
  }
  if (!hasNodeAgent) {
    const names = strategies.map(({ name }) => name).join(', ');
    const message = names === '' ? 'spec.addressing is empty: nobody is sent to the mirror' : `planned by ${names}`;
    return { status: 'True', reason: 'Planned', message };
  }
  const { desired, ready } = facts.nodes ?? { desired: undefined, ready: 0 };
  if (desired === undefined) return { status: 'False', reason: 'NodesPending', message: 'no node is prepared yet' };
  const former = facts.hasFormerNodes === true ? [formerNodes] : [];
  if (desired === 0) {
    const message = ['no node is selected: agents are on none', ...former].join('; ');
    return { status: 'False', reason: 'NoNodes', message };
  }
  const count = `${ready} of ${desired} nodes are prepared`;
  if (ready >= desired) return { status: 'True', reason: 'NodesReady', message: [count, ...former].join('; ') };
  const message = [count, ...obstaclesOf(absentNodes, isHalted), ...former].join('; ');
  return { status: 'False', reason: 'NodesPending', message };
}

const formerNodes = 'nodes whose taints are tolerated no more keep what agents wrote there, until the mirror goes';

/** What strategies planned is not yet what the cluster has. */
function strategyStatuses(
  mirror: ValidMirror,
  { fleetProblems, pendingFleets, isAddressingApplied }: MirrorOutcome,
): readonly StrategyStatus[] {
  return mirror.strategies.map(({ status }) => {
    const problem = fleetProblems.get(status.name);
    if (status.state === 'failed' || status.state === 'unsupported') return status;
    if (problem !== undefined) return { ...status, state: 'failed', reason: 'FleetNotApplied', message: problem };
    if (status.state === 'waiting' || (isAddressingApplied && !pendingFleets.has(status.name))) return status;
    const what = isAddressingApplied ? 'what it wants for all mirrors' : 'what it wants for this mirror';
    return { ...status, state: 'waiting', reason: 'Pending', message: `${what} is not applied yet` };
  });
}
