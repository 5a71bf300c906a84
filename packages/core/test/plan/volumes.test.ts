import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import type { ClaimSpec } from '../../src/api/claim-spec.ts';
import { storeClaims } from '../../src/plan/store-claims.ts';
import { planVolumes, type VolumePlan } from '../../src/plan/volumes.ts';
import { stateOf } from '../../src/index.ts';

const namespace = 'mirrors';

function claimSpec(storage: string | number, more: object = {}): ClaimSpec {
  return { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more };
}

/** A StatefulSet that makes claims of this size. */
function server(storage: string): KubernetesObject {
  const volumeClaimTemplates = [{ metadata: { name: 'image-store' }, spec: claimSpec(storage) }];
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace, name: 'registry-mirror-quay' },
    spec: { volumeClaimTemplates },
  };
}

interface Live {
  readonly asks: string;
  /** The volume's size; not bound without. */
  readonly has?: string;
  readonly class?: string;
  readonly status?: object;
  readonly metadata?: object;
}

/** The claim of a replica as the cluster holds it. */
function claim(
  replica: number,
  { asks, has, class: storageClassName = 'grows', status, metadata }: Live,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      namespace,
      name: `image-store-registry-mirror-quay-${replica}`,
      resourceVersion: `${replica}7`,
      ...metadata,
    },
    spec: { ...claimSpec(asks), storageClassName },
    status: {
      phase: has === undefined ? 'Pending' : 'Bound',
      ...(has !== undefined && { capacity: { storage: has } }),
      ...status,
    },
  };
}

const classes = [
  { name: 'grows', allowVolumeExpansion: true },
  { name: 'stays', allowVolumeExpansion: false },
  { name: 'silent' },
].map(({ name, ...rest }) => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, ...rest }));

function planned(wanted: ClaimSpec, template: string | undefined, ...live: readonly Live[]): VolumePlan {
  const state = stateOf([...classes, ...live.map((one, replica) => claim(replica, one))]);
  const claims = storeClaims('quay', 2, namespace, state);
  const existing = template === undefined ? undefined : server(template);
  return planVolumes({ wanted, server: existing, claims, state, namespace });
}

const small = { asks: '20Gi', has: '20Gi' };
const large = { asks: '50Gi', has: '50Gi' };
const first = 'image-store-registry-mirror-quay-0';
const second = 'image-store-registry-mirror-quay-1';
const growth = (...replicas: readonly number[]) =>
  replicas.map((replica) => ({
    key: { namespace, name: `image-store-registry-mirror-quay-${replica}` },
    resourceVersion: `${replica}7`,
    storage: '50Gi',
  }));
const stay = 'spec.volumeClaimTemplate asks for other volumes than exist (20Gi, ReadWriteOnce); those stay as they are';
const inUse = { metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } };

describe('volumes of 50Gi are wanted', () => {
  test.each<{
    title: string;
    live: readonly Live[];
    grow: readonly number[];
    storage: string;
    says: string | undefined;
  }>([
    {
      title: 'smaller ones grow, while the StatefulSet stays as it is',
      live: [small, small],
      grow: [0, 1],
      storage: '20Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${first} has 20Gi, claim ${second} has 20Gi`,
    },
    {
      title: 'one that was asked is not asked again',
      live: [{ asks: '50Gi', has: '20Gi' }, small],
      grow: [1],
      storage: '20Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${first} has 20Gi, claim ${second} has 20Gi`,
    },
    {
      title: 'a node that has to enlarge the file system is told of, and what to do if it does not',
      live: [
        {
          asks: '50Gi',
          has: '20Gi',
          status: { conditions: [{ type: 'FileSystemResizePending', status: 'True', message: 'waiting' }] },
        },
        large,
      ],
      grow: [],
      storage: '50Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${first} has a larger volume, and its node enlarges the file system (if that does not come: kubectl -n mirrors delete pod/registry-mirror-quay-0)`,
    },
    {
      title: 'what the driver complains of is told',
      live: [
        {
          asks: '50Gi',
          has: '20Gi',
          status: { conditions: [{ type: 'ControllerResizeError', status: 'True', message: 'the disk cannot' }] },
        },
        large,
      ],
      grow: [],
      storage: '50Gi',
      says: `StorageNotGrown: volumes are to grow to 50Gi: claim ${first} has 20Gi: the disk cannot`,
    },
    {
      title: 'where a driver says no more than that it cannot, that is told',
      live: [
        {
          asks: '50Gi',
          has: '20Gi',
          status: { allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } },
        },
        large,
      ],
      grow: [],
      storage: '50Gi',
      says: `StorageNotGrown: volumes are to grow to 50Gi: claim ${first} has 20Gi: ControllerResizeInfeasible`,
    },
    {
      title: 'one that asked for more than it can get asks for less',
      live: [large, { asks: '500Ti', has: '20Gi' }],
      grow: [1],
      storage: '50Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${second} has 20Gi`,
    },
    {
      title: 'a new replica has one of the former size, which grows once it is bound; caches stay as large as they are',
      live: [large, { asks: '20Gi' }],
      grow: [],
      storage: '50Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${second} has no volume yet`,
    },
    { title: 'those that have grown are as wanted', live: [large, large], grow: [], storage: '50Gi', says: undefined },
    {
      title: 'of a volume that is larger than its claim asks for, the claim counts',
      live: [{ asks: '20Gi', has: '100Gi' }, large],
      grow: [0],
      storage: '50Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${first} has 20Gi`,
    },
    {
      title: 'one that somebody made larger by hand stays so, and the others grow',
      live: [{ asks: '80Gi', has: '80Gi' }, small],
      grow: [1],
      storage: '80Gi',
      says: `StorageGrowing: volumes are to grow to 50Gi: claim ${second} has 20Gi`,
    },
    {
      title: 'one that is deleted is let go',
      live: [{ ...small, ...inUse }, large],
      grow: [],
      storage: '50Gi',
      says: undefined,
    },
    {
      title: 'the claim of a replica that is wanted no more stays as it is',
      live: [large, large, small],
      grow: [],
      storage: '50Gi',
      says: undefined,
    },
    {
      title: 'their class says that they cannot grow',
      live: [{ ...small, class: 'stays' }],
      grow: [],
      storage: '20Gi',
      says: `StorageUnchanged: ${stay}: StorageClass stays has no allowVolumeExpansion`,
    },
    {
      title: 'their class does not say that they can',
      live: [{ ...small, class: 'silent' }],
      grow: [],
      storage: '20Gi',
      says: `StorageUnchanged: ${stay}: StorageClass silent has no allowVolumeExpansion`,
    },
    {
      title: 'their class is not known',
      live: [{ ...small, class: 'gone' }],
      grow: [],
      storage: '20Gi',
      says: `StorageUnchanged: ${stay}: StorageClass gone does not exist, or may not be read`,
    },
    {
      title: 'they have no class',
      live: [{ ...small, class: '' }],
      grow: [],
      storage: '20Gi',
      says: `StorageUnchanged: ${stay}: claim ${first} has no StorageClass, which would have to allow that it grows`,
    },
    {
      title: 'those that can grow do, beside one that cannot',
      live: [{ ...small, class: 'stays' }, small],
      grow: [1],
      storage: '20Gi',
      says: `StorageUnchanged: ${stay}: StorageClass stays has no allowVolumeExpansion`,
    },
    { title: 'nothing is known of claims', live: [], grow: [], storage: '20Gi', says: `StorageUnchanged: ${stay}` },
  ])('$title', ({ live, grow, storage, says }) => {
    const plan = planned(claimSpec('50Gi'), '20Gi', ...live);
    expect(plan).toMatchObject({ claim: claimSpec('20Gi'), storage, growth: growth(...grow) });
    expect(plan.note && `${plan.note.reason}: ${plan.note.message}`).toBe(says);
  });
});

const asked = (size: string) => `spec.volumeClaimTemplate asks for other volumes than exist (${size}, ReadWriteOnce)`;

describe('volumes', () => {
  test.each<{ title: string; wanted: ClaimSpec; template: string; live: readonly Live[]; note: string }>([
    {
      title: 'that grew cannot shrink',
      wanted: claimSpec('30Gi'),
      template: '20Gi',
      live: [large, large],
      note: `${asked('50Gi')}; those stay as they are: none can shrink`,
    },
    {
      title: 'that grew cannot shrink to what the StatefulSet says, either',
      wanted: claimSpec('20Gi'),
      template: '20Gi',
      live: [large, large],
      note: `${asked('50Gi')}; those stay as they are: none can shrink`,
    },
    {
      title: 'that nothing is known of cannot, either',
      wanted: claimSpec('10Gi'),
      template: '20Gi',
      live: [],
      note: `${asked('20Gi')}; those stay as they are: none can shrink`,
    },
    {
      title: 'do not grow where volumes of another class are wanted',
      wanted: claimSpec('50Gi', { storageClassName: 'fast' }),
      template: '20Gi',
      live: [small, small],
      note: `${asked('20Gi')}; those stay as they are`,
    },
  ])('$title', ({ wanted, template, live, note }) => {
    const plan = planned(wanted, template, ...live);
    expect(plan.note).toEqual({ reason: 'StorageUnchanged', message: note });
    expect(plan.growth).toEqual([]);
    expect(plan.storage).toBe(live.length === 0 ? '20Gi' : live[0]?.has);
  });

  test('of a former mirror of the name grow with the new one', () =>
    expect(planned(claimSpec('50Gi'), undefined, small, small)).toMatchObject({
      claim: claimSpec('50Gi'),
      storage: '20Gi',
      growth: growth(0, 1),
    }));

  test('of a size that is written differently are as wanted', () =>
    expect(planned(claimSpec(20 * 2 ** 30), '20480Mi', small, { asks: '20Gi', has: '21474836480' })).toEqual({
      claim: claimSpec(20 * 2 ** 30),
      storage: '20Gi',
      growth: [],
    }));
});
