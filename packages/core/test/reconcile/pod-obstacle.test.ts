import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { podObstacle } from '../../src/reconcile/pod-obstacle.ts';

function pod(status: object): KubernetesObject {
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
    status,
  };
}

const said = (status: object): string | undefined => {
  const obstacle = podObstacle(pod(status));
  return obstacle && `${obstacle.reason}: ${obstacle.message}`;
};

describe('a pod of a mirror that has no node', () => {
  const remedy =
    'If that node is gone for good: kubectl -n mirrors delete pvc/image-store-registry-mirror-quay-0 pod/registry-mirror-quay-0; a new volume is then filled from the upstream';

  test.each([
    {
      title: 'because its volume is on one that is gone: the claim, and what to do',
      message:
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match PersistentVolume's node affinity. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
      says: `VolumeUnreachable: pod registry-mirror-quay-0 can go to no node that has its volume: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match PersistentVolume's node affinity. ${remedy}`,
    },
    {
      title: 'for the same reason in the words of Kubernetes before 1.34',
      message: '0/2 nodes are available: 2 node(s) had volume node affinity conflict.',
      says: `VolumeUnreachable: pod registry-mirror-quay-0 can go to no node that has its volume: 0/2 nodes are available: 2 node(s) had volume node affinity conflict. ${remedy}`,
    },
    {
      title: 'because there is no room: the words of the scheduler, without those on preemption',
      message:
        '0/2 nodes are available: 2 Insufficient memory. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
      says: 'NoReplicaReady: pod registry-mirror-quay-0 can go to no node: 0/2 nodes are available: 2 Insufficient memory',
    },
    {
      title: 'because its claim gets no volume',
      message: '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found.',
      says: 'NoReplicaReady: pod registry-mirror-quay-0 can go to no node: 0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims',
    },
  ])('$title', ({ message, says }) => {
    expect(said({ conditions: [{ type: 'PodScheduled', status: 'False', message }] })).toBe(says);
  });

  test('because nobody looked at it yet: nothing is in its way', () => {
    expect(said({})).toBeUndefined();
    expect(said({ conditions: [] })).toBeUndefined();
  });
});

describe('a pod of a mirror that has a node', () => {
  const container = (status: object): object => ({
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    containerStatuses: [
      { name: 'nginx', ready: true, state: { running: {} } },
      { name: 'fetcher', ready: false, ...status },
    ],
  });
  const waiting = (reason: string, message?: string): object => container({ state: { waiting: { reason, message } } });
  const which = 'NoReplicaReady: pod registry-mirror-quay-0, container fetcher';
  const missing =
    'rpc error: code = NotFound desc = failed to pull and unpack image "example.com/fetcher:1": not found';
  const pull = `${which}: ImagePullBackOff: ${missing}`;
  const firstLogs = 'kubectl -n mirrors logs registry-mirror-quay-0 -c fetcher';
  const logs = `${firstLogs} --previous`;
  const end = { exitCode: 1, reason: 'Error', finishedAt: '2026-01-01T00:00:00Z' };

  test.each([
    { title: 'an image that cannot be pulled', status: waiting('ErrImagePull', missing), says: pull },
    {
      title: 'the same image before the next attempt, in the same words',
      status: waiting('ImagePullBackOff', `Back-off pulling image "example.com/fetcher:1": ErrImagePull: ${missing}`),
      says: pull,
    },
    {
      title: 'the same with a kubelet that does not say why',
      status: waiting('ImagePullBackOff', 'Back-off pulling image "example.com/fetcher:1"'),
      says: `${which}: ImagePullBackOff: Back-off pulling image "example.com/fetcher:1"`,
    },
    {
      title: 'a Secret that its container lacks',
      status: waiting('CreateContainerConfigError', 'secret "login" not found'),
      says: `${which}: CreateContainerConfigError: secret "login" not found`,
    },
    {
      title: 'a wait without a word',
      status: waiting('CreateContainerError'),
      says: `${which}: CreateContainerError`,
    },
    {
      title: 'a container that ended for the first time: no logs are previous to it',
      status: container({ state: { terminated: end } }),
      says: `${which}: ended with exit code 1: ${firstLogs}`,
    },
    {
      title: 'a container that ended again',
      status: container({ state: { terminated: end }, lastState: { terminated: end } }),
      says: `${which}: ended with exit code 1: ${logs}`,
    },
    {
      title: 'a container that keeps ending: not how long it waits, which changes',
      status: container({
        restartCount: 4,
        state: {
          waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container=fetcher' },
        },
        lastState: { terminated: end },
      }),
      says: `${which}: ended with exit code 1: ${logs}`,
    },
    {
      title: 'the same while it is tried again, in the same words',
      status: container({ restartCount: 5, state: { running: {} }, lastState: { terminated: end } }),
      says: `${which}: ended with exit code 1: ${logs}`,
    },
    {
      title: 'a container that had too little memory',
      status: container({ state: { running: {} }, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
      says: `${which}: ended with exit code 137 (OOMKilled): ${logs}`,
    },
    { title: 'nothing, while it is being made', status: waiting('ContainerCreating'), says: undefined },
    { title: 'nothing, while it starts', status: container({ state: { running: {} } }), says: undefined },
    {
      title: 'nothing, once it is ready',
      status: container({ ready: true, state: { running: {} }, lastState: { terminated: end } }),
      says: undefined,
    },
  ])('has in its way: $title', ({ status, says }) => expect(said(status)).toBe(says));

  test('has nothing in its way once it is told to end', () => {
    const { metadata, ...ending } = pod(container({ state: { terminated: end } }));
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(podObstacle({ ...ending, metadata: { ...metadata, deletionTimestamp } })).toBeUndefined();
  });
});
