import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { lostVolumeOf } from '../../src/reconcile/lost-volume.ts';

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
