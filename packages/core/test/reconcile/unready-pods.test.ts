import { ApiError, type KubernetesObject, systemClock } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { type ListPods, UnreadyPodFinder } from '../../src/reconcile/unready-pods.ts';

function pod(message: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'registry-mirror-quay-0', namespace: 'mirrors' },
    status: { conditions: [{ type: 'PodScheduled', status: 'False', message }] },
  };
}
const crowded = pod('0/2 nodes are available: 2 Insufficient memory.');
const lost = pod("0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.");

describe('a mirror without a ready replica', () => {
  const mirror = (status: string, reason: string): KubernetesObject => ({
    apiVersion: 'k8s.osp.tech/v1',
    kind: 'RegistryMirror',
    metadata: { name: 'quay' },
    status: { conditions: [{ type: 'CacheAvailable', status, reason, message: '', lastTransitionTime: '' }] },
  });
  const was = mirror('True', 'ReplicasReady');
  const { signal } = new AbortController();
  const none = { wanted: 2, ready: 0, made: 1 };

  /** A finder for whom time passes as the test says. */
  function finderAt(time: { seconds: number }, list: ListPods): UnreadyPodFinder {
    return new UnreadyPodFinder(list, 'mirrors', { ...systemClock, elapsedMs: () => time.seconds * 1_000 });
  }

  /** When pods are listed, in seconds, if nobody looks at the mirror between the times that the finder asks for. */
  async function asked(before: KubernetesObject, untilSeconds: number): Promise<readonly number[]> {
    const times: number[] = [];
    const time = { seconds: 0 };
    const finder = finderAt(time, async () => {
      times.push(time.seconds);
      return [lost];
    });
    while (time.seconds <= untilSeconds) {
      const { askAgainMs } = await finder.find(before, none, signal);
      if (askAgainMs === undefined) break;
      time.seconds += askAgainMs / 1_000;
    }
    return times;
  }

  test.each([
    { title: 'that was available', before: was, times: [10, 20, 40, 80, 160] },
    { title: 'whose volume was lost', before: mirror('False', 'VolumeUnreachable'), times: [10, 20, 40, 80, 160] },
    { title: 'that is new', before: mirror('Unknown', 'Pending'), times: [30, 60, 120] },
    { title: 'that never was available', before: mirror('False', 'NoReplicaReady'), times: [30, 60, 120] },
  ])('$title is looked into after a while, then each time half as often', async ({ before, times }) => {
    expect(await asked(before, 200)).toEqual(times);
  });

  test('is looked into every five minutes for good', async () => {
    expect((await asked(was, 2_000)).slice(-3)).toEqual([1_220, 1_520, 1_820]);
  });

  test('is told why, a lost volume first', async () => {
    const time = { seconds: 0 };
    const pods = [[crowded], [crowded, lost], []];
    const finder = finderAt(time, async () => pods.shift() ?? []);
    const look = async () => (await finder.find(was, none, signal)).obstacle;
    expect(await look()).toBeUndefined();
    time.seconds = 10;
    expect(await look()).toEqual({
      reason: 'NoReplicaReady',
      message: 'pod registry-mirror-quay-0 can go to no node: 0/2 nodes are available: 2 Insufficient memory',
    });
    time.seconds = 20;
    expect(await look()).toMatchObject({ reason: 'VolumeUnreachable' });
    time.seconds = 40;
    expect(await look()).toBeUndefined();
  });

  test('that has not even a pod names the command that says why, without a question', async () => {
    const time = { seconds: 0 };
    const finder = finderAt(time, () => Promise.reject(new Error('nobody should ask')));
    const look = async () => (await finder.find(was, { ...none, made: 0 }, signal)).obstacle;
    await look();
    time.seconds = 10;
    expect(await look()).toEqual({
      reason: 'NoReplicaReady',
      message: 'no pod could be made: kubectl -n mirrors describe statefulset registry-mirror-quay',
    });
  });

  test('whose pods nobody was asked to make yet is not looked into', async () => {
    const finder = finderAt({ seconds: 0 }, () => Promise.reject(new Error('nobody should ask')));
    expect(await finder.find(was, { wanted: 2, ready: 0 }, signal)).toEqual({});
  });

  test('that gets one is not looked into any more', async () => {
    const time = { seconds: 0 };
    const finder = finderAt(time, async () => [lost]);
    await finder.find(was, none, signal);
    time.seconds = 10;
    expect((await finder.find(was, none, signal)).obstacle).toBeDefined();
    expect(await finder.find(was, { ...none, ready: 1 }, signal)).toEqual({});
    expect(await finder.find(was, none, signal)).toEqual({ askAgainMs: 10_000 });
  });

  test.each([
    { title: 'may not be listed', error: new ApiError(403, 'Forbidden', 'no') },
    { title: 'cannot be listed', error: new ApiError(500, 'InternalError', 'etcd') },
    { title: 'are out of reach', error: new Error('ECONNREFUSED') },
  ])('whose pods $title says nothing of them, and they are asked for again', async ({ error }) => {
    const time = { seconds: 0 };
    const answers = [() => Promise.reject(error), async () => [crowded]];
    const finder = finderAt(time, () => answers.shift()?.() ?? Promise.resolve([]));
    const look = () => finder.find(was, none, signal);
    expect(await look()).toEqual({ askAgainMs: 10_000 });
    time.seconds = 10;
    expect(await look()).toEqual({ askAgainMs: 10_000 });
    time.seconds = 20;
    expect((await look()).obstacle?.message).toContain('pod registry-mirror-quay-0 can go to no node');
  });
});
