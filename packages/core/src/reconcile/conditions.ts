import { ApiError, TerminalError, WaitingError } from '@entrepot/kube';
import { rfc3339 } from '../api/rfc3339.ts';
import type { Condition } from '../api/registry-mirror-status.ts';

/** The statements about a mirror, in the order in which they become true; Ready sums them up. */
export const conditionTypes = ['ConfigRendered', 'CertificateReady', 'CacheAvailable', 'Addressed'] as const;
export type ConditionType = (typeof conditionTypes)[number] | 'Ready' | 'Withdrawn';

/** A condition before it is known when it came about. */
export interface Statement {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** When it came about, where that is not when the status changed; in milliseconds since the epoch. */
  readonly sinceMs?: number;
}

/** A step towards a condition that did not succeed. */
export interface StepFailure {
  readonly type: ConditionType;
  readonly error: unknown;
  /** Set where the condition holds all the same. */
  readonly isTolerable?: boolean;
}

/** What an error says about the condition it stands in the way of. The one place where errors become words. */
export function statementOf({ type, error }: StepFailure): Statement {
  const message = error instanceof Error ? error.message : String(error);
  return { type, status: 'False', reason: reasonOf(error), message };
}

function reasonOf(error: unknown): string {
  if (error instanceof TerminalError || error instanceof WaitingError) return error.reason;
  if (error instanceof ApiError && (error.status === 403 || error.status === 422)) return error.reason;
  return 'ApplyFailed';
}

/** Whether trying again by itself, soon, may help. */
export function isRetried(error: unknown): boolean {
  return !(error instanceof TerminalError || error instanceof WaitingError);
}

/** Reasons that time alone takes away; all others last until somebody does something. */
const waitingReasons = new Set([
  'Leaving',
  'NoNodes',
  'NoReplicaReady',
  'NodesPending',
  'Pending',
  'PredecessorLeaving',
  'ServicePending',
  'Waiting',
]);

/** Whether a statement is no trouble: it holds, or time alone will make it hold. */
export function isCalm({ status, reason }: Pick<Condition, 'status' | 'reason'>): boolean {
  return status === 'True' || waitingReasons.has(reason);
}

/** `Ready`: true when all others are, else what the first of them says; waiting counts only where nothing else is wrong. */
export function readyStatement(statements: readonly Statement[]): Statement {
  const obstacles = conditionTypes
    .flatMap((type) => statements.filter((statement) => statement.type === type))
    .filter(({ status }) => status === 'False');
  const obstacle = obstacles.find((statement) => !isCalm(statement)) ?? obstacles[0];
  return obstacle === undefined
    ? { type: 'Ready', status: 'True', reason: 'Ready', message: 'images are mirrored' }
    : { ...obstacle, type: 'Ready' };
}

/**
 * Conditions for the status: a new transition time only where the status changed; those nothing is said of stay.
 *
 * @param now milliseconds since the epoch
 */
export function mergeConditions(
  previous: readonly Condition[],
  statements: readonly Statement[],
  observedGeneration: number,
  now: number,
): readonly Condition[] {
  const said = statements.map(({ sinceMs, ...statement }) => {
    const before = previous.find(({ type }) => type === statement.type);
    const isAsBefore = sinceMs === undefined && before?.status === statement.status;
    const time = isAsBefore ? before.lastTransitionTime : rfc3339(sinceMs ?? now);
    return { ...statement, lastTransitionTime: time, observedGeneration };
  });
  const kept = previous.filter(({ type }) => !statements.some((statement) => statement.type === type));
  return [...said, ...kept];
}
