import { ApiError, TerminalError, WaitingError } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import {
  isRetried,
  mergeConditions,
  readyStatement,
  type Statement,
  statementOf,
} from '../../src/reconcile/conditions.ts';

describe('an error becomes a condition', () => {
  test.each<{ error: unknown; reason: string; message: string; retried: boolean }>([
    {
      error: new TerminalError('ForeignObject', 'Service a/b belongs to somebody else'),
      reason: 'ForeignObject',
      message: 'Service a/b belongs to somebody else',
      retried: false,
    },
    {
      error: new WaitingError('ServicePending', 'no cluster IP yet', 1000),
      reason: 'ServicePending',
      message: 'no cluster IP yet',
      retried: false,
    },
    {
      error: new ApiError(403, 'Forbidden', 'secrets is forbidden'),
      reason: 'Forbidden',
      message: 'secrets is forbidden',
      retried: true,
    },
    { error: new ApiError(500, 'InternalError', 'boom'), reason: 'ApplyFailed', message: 'boom', retried: true },
    {
      error: new TypeError('x is not a function'),
      reason: 'ApplyFailed',
      message: 'x is not a function',
      retried: true,
    },
    { error: 'a text', reason: 'ApplyFailed', message: 'a text', retried: true },
  ])('$reason: $message', ({ error, reason, message, retried }) => {
    expect(statementOf({ type: 'Addressed', error })).toEqual({ type: 'Addressed', status: 'False', reason, message });
    expect(isRetried(error)).toBe(retried);
  });
});

describe('Ready', () => {
  const holds = (type: Statement['type']): Statement => ({ type, status: 'True', reason: 'Fine', message: 'fine' });

  test('holds when all others do', () => {
    expect(readyStatement([holds('ConfigRendered'), holds('Addressed')])).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: 'images are mirrored',
    });
  });

  const says = (type: Statement['type'], reason: string): Statement => ({
    type,
    status: reason === 'Fine' ? 'True' : 'False',
    reason,
    message: `about ${type}`,
  });
  test.each<{ title: string; statements: readonly Statement[]; ready: string }>([
    {
      title: 'the first obstacle, in the order in which things come about',
      statements: [says('Addressed', 'StrategyFailed'), says('CertificateReady', 'Forbidden')],
      ready: 'Forbidden: about CertificateReady',
    },
    {
      title: 'the first thing that is waited for, when nothing else is wrong',
      statements: [says('Addressed', 'NodesPending'), says('CacheAvailable', 'NoReplicaReady')],
      ready: 'NoReplicaReady: about CacheAvailable',
    },
    ...['Pending', 'ServicePending', 'PredecessorLeaving', 'NoReplicaReady'].map((waiting) => ({
      title: `a failure that lasts, before ${waiting}`,
      statements: [says('CertificateReady', waiting), says('Addressed', 'StrategyFailed')],
      ready: 'StrategyFailed: about Addressed',
    })),
    ...['StrategyFailed', 'FleetNotApplied', 'ForeignObject', 'ApplyFailed', 'Forbidden'].map((failure) => ({
      title: `${failure}, though no replica is ready yet`,
      statements: [
        says('ConfigRendered', 'Fine'),
        says('CacheAvailable', 'NoReplicaReady'),
        says('Addressed', failure),
      ],
      ready: `${failure}: about Addressed`,
    })),
  ])('says $title', ({ statements, ready }) => {
    const { type, status, reason, message } = readyStatement(statements);
    expect({ type, status, ready: `${reason}: ${message}` }).toEqual({ type: 'Ready', status: 'False', ready });
  });
});

describe('conditions in the status', () => {
  const before = [
    {
      type: 'Ready',
      status: 'False' as const,
      reason: 'Old',
      message: 'old',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: 1,
    },
    { type: 'Theirs', status: 'True' as const, reason: 'X', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ];
  const now = Date.parse('2026-02-02T02:02:02.345Z');

  test('keep their transition time while the status stays', () => {
    expect(
      mergeConditions(before, [{ type: 'Ready', status: 'False', reason: 'New', message: 'new' }], 2, now),
    ).toEqual([
      {
        type: 'Ready',
        status: 'False',
        reason: 'New',
        message: 'new',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 2,
      },
      before[1],
    ]);
  });

  test('get a new one when it changes; those nothing is said of stay', () => {
    expect(mergeConditions(before, [{ type: 'Ready', status: 'True', reason: 'New', message: 'new' }], 2, now)).toEqual(
      [
        {
          type: 'Ready',
          status: 'True',
          reason: 'New',
          message: 'new',
          lastTransitionTime: '2026-02-02T02:02:02Z',
          observedGeneration: 2,
        },
        before[1],
      ],
    );
  });
});
