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
  desired: 3,
  ready: count,
  podless: 0,
  outdated: 0,
  isComplete: count === 3,
});

describe('of two nodes with an agent, and others that had one before tolerations were narrowed', () => {
  const before = agents({ annotations }, keeping, onTwoNodes);
  const daemonSet = agents({ annotations }, withdrawing);

  test.each<{
    title: string;
    found: readonly KubernetesObject[];
    progress: Parameters<WithdrawalWaits['leftForFormer']>[1];
    leftMs: number | undefined;
  }>([
    {
      title: 'the others alone are waited for half a minute, from the last one that got ready',
      found: [before, daemonSet],
      progress: { daemonSet, rollout: ready(2), quietMs: 12_000 },
      leftMs: 18_000,
    },
    {
      title: 'the two are waited for as any node',
      found: [before, daemonSet],
      progress: { daemonSet, rollout: ready(1), quietMs: 60_000 },
      leftMs: undefined,
    },
    {
      title: 'all are waited for where nobody knows how many had an agent',
      found: [daemonSet],
      progress: { daemonSet, rollout: ready(2), quietMs: 60_000 },
      leftMs: undefined,
    },
    {
      title: 'there are none where no tolerations are remembered',
      found: [agents({}, keeping, onTwoNodes)],
      progress: { daemonSet: agents({}, withdrawing), rollout: ready(2), quietMs: 60_000 },
      leftMs: undefined,
    },
    {
      title: 'nothing is known before the rollout was looked at',
      found: [before, daemonSet],
      progress: { daemonSet },
      leftMs: undefined,
    },
  ])('$title', ({ found, progress, leftMs }) => {
    const waits = new WithdrawalWaits(testSettings(), systemClock);
    for (const live of found) waits.of(quay, live);
    expect(waits.leftForFormer('quay', progress)).toBe(leftMs);
  });
});
