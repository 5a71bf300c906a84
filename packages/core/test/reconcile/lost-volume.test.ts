import { ApiError, type KubernetesObject, systemClock } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { lostVolumeOf, LostVolumeFinder } from '../../src/reconcile/lost-volume.ts';

function pod(scheduled: { readonly status: string; readonly message?: string } | undefined): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'registry-mirror-quay-0', namespace: 'mirrors' },
    spec: {
      volumes: [
        { name: 'config', secret: { secretName: 'registry-mirror-quay-secret' } },
        { name: 'image-store', persistentVolumeClaim: { claimName: 'image-store-registry-mirror-quay-0' } },
      ],
    },
    status: { conditions: scheduled === undefined ? [] : [{ type: 'PodScheduled', ...scheduled }] },
  };
}

describe('a pod of a mirror', () => {
  const remedy =
    'If that node is gone for good: kubectl -n mirrors delete pvc/image-store-registry-mirror-quay-0 pod/registry-mirror-quay-0; a new volume is then filled from the upstream';

  test.each([
    {
      title: 'whose volume is on a node that is gone: the claim, and what to do',
      scheduled: {
        status: 'False',
        message:
          "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match PersistentVolume's node affinity. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
      },
      says: `pod registry-mirror-quay-0 can go to no node that has its volume: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match PersistentVolume's node affinity. ${remedy}`,
    },
    {
      title: 'the same in the words of Kubernetes before 1.34',
      scheduled: { status: 'False', message: '0/2 nodes are available: 2 node(s) had volume node affinity conflict.' },
      says: `pod registry-mirror-quay-0 can go to no node that has its volume: 0/2 nodes are available: 2 node(s) had volume node affinity conflict. ${remedy}`,
    },
    {
      title: 'that finds no room on any node',
      scheduled: { status: 'False', message: '0/2 nodes are available: 2 Insufficient memory.' },
      says: undefined,
    },
    { title: 'that has a node', scheduled: { status: 'True' }, says: undefined },
    { title: 'that nobody looked at yet', scheduled: undefined, says: undefined },
  ])('$title', ({ scheduled, says }) => expect(lostVolumeOf(pod(scheduled))).toBe(says));
});

describe('a mirror without a replica', () => {
  const mirror = (status: string, reason: string): KubernetesObject => ({
    apiVersion: 'k8s.osp.tech/v1',
    kind: 'RegistryMirror',
    metadata: { name: 'quay' },
    status: { conditions: [{ type: 'CacheAvailable', status, reason, message: '', lastTransitionTime: '' }] },
  });
  const signal = new AbortController().signal;
  const message = "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.";

  /** When pods are listed, in seconds, if nobody looks at the mirror between the times that the finder asks for. */
  async function asked(before: KubernetesObject, untilSeconds: number): Promise<readonly number[]> {
    const times: number[] = [];
    let seconds = 0;
    const list = async (): Promise<readonly KubernetesObject[]> => {
      times.push(seconds);
      return [pod({ status: 'False', message })];
    };
    const finder = new LostVolumeFinder(list, { ...systemClock, elapsedMs: () => seconds * 1_000 });
    while (seconds <= untilSeconds) {
      const { askAgainMs } = await finder.find(before, 0, signal);
      if (askAgainMs === undefined) break;
      seconds += askAgainMs / 1_000;
    }
    return times;
  }

  test('that was available is looked into after ten seconds, then each time half as often', async () => {
    expect(await asked(mirror('True', 'ReplicasReady'), 200)).toEqual([10, 20, 40, 80, 160]);
  });

  test('is looked into by an operator that comes after the one that said so', async () => {
    expect(await asked(mirror('False', 'VolumeUnreachable'), 30)).toEqual([10, 20]);
  });

  test('that had none before the operator came is looked into, too', async () => {
    expect(await asked(mirror('False', 'NoReplicaReady'), 30)).toEqual([10, 20]);
  });

  test('that is new is not: it waits for its pods', async () => {
    const finder = new LostVolumeFinder(() => Promise.reject(new Error('nobody should ask')));
    const looks = [mirror('Unknown', 'Pending'), mirror('False', 'NoReplicaReady')];
    for (const seen of looks) expect(await finder.find(seen, 0, signal)).toEqual({});
  });

  test.each([
    { title: 'may not be listed', error: new ApiError(403, 'Forbidden', 'no') },
    { title: 'cannot be listed', error: new ApiError(500, 'InternalError', 'etcd') },
    { title: 'are out of reach', error: new Error('ECONNREFUSED') },
  ])('whose pods $title says nothing of its volume, and they are asked for again', async ({ error }) => {
    let seconds = 0;
    const answers = [() => Promise.reject(error), async () => [pod({ status: 'False', message })]];
    const finder = new LostVolumeFinder(() => answers.shift()?.() ?? Promise.resolve([]), {
      ...systemClock,
      elapsedMs: () => seconds * 1_000,
    });
    const look = () => finder.find(mirror('True', 'ReplicasReady'), 0, signal);
    expect(await look()).toEqual({ askAgainMs: 10_000 });
    seconds = 10;
    expect(await look()).toEqual({ askAgainMs: 10_000 });
    seconds = 20;
    expect((await look()).message).toContain('pod registry-mirror-quay-0 can go to no node');
  });
});
