import { type KubernetesObject, systemClock } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { formerTolerationsAnnotation } from '../../src/plan/former-tolerations.ts';
import type { Rollout } from '../../src/plan/rollout.ts';
import { WithdrawalWaits } from '../../src/reconcile/withdrawal-waits.ts';
import { registryMirror } from '../support/mirrors.ts';
import { testSettings } from '../support/settings.ts';

const quay = registryMirror('quay', { upstreamUrl: 'quay.io' });
const annotations = { [formerTolerationsAnnotation]: '[{"operator":"Exists"}]' };

function agents(metadata: object, container: object, status?: object): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'registry-mirror-quay-utils', ...metadata },
    spec: { template: { spec: { containers: [container] } } },
    status,
  };
}

const keeping = { name: 'mirror-hostess', env: [{ name: 'SHADOW_FQDN', value: 'mirror-quay.io' }] };
const withdrawing = { name: 'withdrawal', env: [{ name: 'WITHDRAW_FQDNS', value: 'mirror-quay.io' }] };
const onTwoNodes = { observedGeneration: 1, desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2 };
const ready = (count: number): Rollout => ({
  desired: 4,
  ready: count,
  podless: 0,
  outdated: 0,
  isComplete: count === 4,
});

describe('of nodes `a` and `b` with an agent, and others that had one before tolerations were narrowed', () => {
  const before = agents({ annotations }, keeping, onTwoNodes);
  const daemonSet = agents({ annotations }, withdrawing);

  test.each<{
    title: string;
    listed?: readonly string[] | undefined;
    progress: Parameters<WithdrawalWaits['leftForFormer']>[1];
    leftMs: number | undefined;
  }>([
    {
      title: 'the others alone are waited for half a minute, from the last one that got ready',
      progress: { daemonSet, rollout: ready(2), quietMs: 12_000, absent: ['c', 'd'] },
      leftMs: 18_000,
    },
    {
      title: 'the two are waited for as any node, however many others are ready',
      progress: { daemonSet, rollout: ready(3), quietMs: 60_000, absent: ['a'] },
      leftMs: undefined,
    },
    {
      title: 'all are waited for where nobody knows which had an agent',
      listed: undefined,
      progress: { daemonSet, rollout: ready(2), quietMs: 60_000, absent: ['c', 'd'] },
      leftMs: undefined,
    },
    {
      title: 'all are waited for where not each that had one was known',
      listed: ['b'],
      progress: { daemonSet, rollout: ready(3), quietMs: 60_000, absent: ['a'] },
      leftMs: undefined,
    },
    {
      title: 'all are waited for while any that is not done has no name',
      progress: { daemonSet, rollout: ready(2), quietMs: 60_000, absent: ['c'] },
      leftMs: undefined,
    },
    {
      title: 'all are waited for while any has no pod',
      progress: { daemonSet, rollout: { ...ready(3), podless: 1 }, quietMs: 60_000, absent: ['1 node without a pod'] },
      leftMs: undefined,
    },
    {
      title: 'all are waited for while any has an agent of before',
      progress: { daemonSet, rollout: { ...ready(3), outdated: 1 }, quietMs: 60_000, absent: ['c'] },
      leftMs: undefined,
    },
    {
      title: 'there are none where no tolerations are remembered',
      progress: { daemonSet: agents({}, withdrawing), rollout: ready(2), quietMs: 60_000, absent: ['c', 'd'] },
      leftMs: undefined,
    },
    {
      title: 'nothing is known before pods were listed',
      progress: { daemonSet, rollout: ready(2), quietMs: 9_000, absent: undefined },
      leftMs: undefined,
    },
  ])('$title', ({ progress, leftMs, ...given }) => {
    const waits = new WithdrawalWaits(testSettings(), systemClock);
    waits.of(quay, before);
    waits.asking('quay', before, 'listed' in given ? given.listed : ['a', 'b']);
    waits.of(quay, daemonSet);
    waits.asking('quay', before, ['a', 'b', 'c', 'd']);
    expect(waits.leftForFormer('quay', progress)).toBe(leftMs);
  });

  test('all are waited for where they were asked by the operator before', () => {
    const waits = new WithdrawalWaits(testSettings(), systemClock);
    waits.of(quay, daemonSet);
    const progress = { daemonSet, rollout: ready(2), quietMs: 60_000, absent: ['c', 'd'] };
    expect(waits.leftForFormer('quay', progress)).toBeUndefined();
  });
});

describe('since when nodes are asked is not what is remembered', () => {
  const daemonSet = agents({}, withdrawing);
  const askedAt = '2026-01-02T03:04:05Z';
  const withdrawn = { type: 'Withdrawn', status: 'False', reason: 'NodesPending', message: '' };
  const recorded = { ...quay, status: { conditions: [{ ...withdrawn, lastTransitionTime: askedAt }] } };

  test.each<{ title: string; mirror: KubernetesObject; between: (waits: WithdrawalWaits) => void }>([
    {
      title: 'of another mirror of that name',
      mirror: { ...recorded, metadata: { ...quay.metadata, uid: 'another' } },
      between: () => undefined,
    },
    {
      title: 'of a time when others may have asked them',
      mirror: recorded,
      between: (waits) => waits.forgetAll(),
    },
  ])('$title', ({ mirror, between }) => {
    const waits = new WithdrawalWaits(testSettings(), systemClock);
    waits.of(quay, daemonSet);
    between(waits);
    expect(waits.of(mirror, daemonSet).sinceMs).toBe(Date.parse(askedAt));
  });
});
