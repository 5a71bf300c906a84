import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { KubernetesObject } from '../../src/index.ts';
import { like } from '../support/matching.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { plan } from '../support/planned.ts';

const serverShape = z.object({ spec: z.object({ volumeClaimTemplates: z.array(z.object({ spec: z.unknown() })) }) });
const secretShape = z.object({ data: z.object({ 'fetcher.json': z.string() }) });
const { ownerReferences = [] } = serviceOf('quay').metadata;
const once = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } };

/** A StatefulSet as the API server has it. */
function existing(claim: object, metadata: object = { ownerReferences }): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace: 'mirrors', name: 'registry-mirror-quay', ...metadata },
    spec: {
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'image-store' },
          spec: { volumeMode: 'Filesystem', ...claim },
          status: { phase: 'Pending' },
        },
      ],
    },
  };
}

/** What is planned for the claims, and said of them. */
function claimFor(wanted: object, server: KubernetesObject): { claim: unknown; notes: readonly string[] } {
  const spec = { upstreamUrl: 'quay.io', volumeClaimTemplate: { spec: wanted } };
  const { objects, notes } = plan([registryMirror('quay', spec), serviceOf('quay', '10.0.0.7'), server]);
  const planned = serverShape.parse(objects.find(({ kind }) => kind === 'StatefulSet'));
  const [claim] = planned.spec.volumeClaimTemplates;
  return { claim: claim?.spec, notes: notes.filter((note) => note.includes('volume')) };
}

const otherVolumes = /^RegistryMirror quay: spec.volumeClaimTemplate asks for other volumes than exist/;

describe("claims cannot be changed, so the StatefulSet's are planned where", () => {
  test.each<{ title: string; wanted: object; live: object }>([
    { title: 'another size is wanted', wanted: { resources: { requests: { storage: '30Gi' } } }, live: once },
    { title: 'another storage class is wanted', wanted: { storageClassName: 'fast' }, live: once },
    { title: 'the storage class is wanted no more', wanted: {}, live: { ...once, storageClassName: 'fast' } },
    { title: 'a limit is wanted', wanted: { resources: { limits: { storage: '30Gi' } } }, live: once },
    { title: 'a block device is wanted', wanted: { volumeMode: 'Block' }, live: once },
    { title: 'a selector is wanted no more', wanted: {}, live: { ...once, selector: { matchLabels: { a: 'b' } } } },
  ])('$title', ({ wanted, live }) => {
    const { claim, notes } = claimFor(wanted, existing(live));
    expect(claim).toEqual({ volumeMode: 'Filesystem', ...live });
    expect(notes).toEqual([like(otherVolumes)]);
  });

  test('the note names what exists', () =>
    expect(claimFor({}, existing({ ...once, storageClassName: 'fast' })).notes).toEqual([
      'RegistryMirror quay: spec.volumeClaimTemplate asks for other volumes than exist (20Gi, ReadWriteOnce, storage class fast); those stay as they are',
    ]));
});

describe('claims are planned as they are wanted where', () => {
  const bigger = { resources: { requests: { storage: '30Gi' } } };
  test.each<{ title: string; wanted: object; server: KubernetesObject }>([
    { title: 'nothing but a default differs', wanted: once, server: existing(once) },
    {
      title: 'the same size is written differently',
      wanted: { resources: { requests: { storage: '20480Mi' } } },
      server: existing(once),
    },
    { title: 'the StatefulSet is not ours', wanted: bigger, server: existing(once, {}) },
  ])('$title', ({ wanted, server }) => {
    const { claim, notes } = claimFor(wanted, server);
    expect(claim).toEqual({ ...once, ...wanted });
    expect(notes).toEqual([]);
  });
});

describe('what else a StatefulSet cannot change', () => {
  const shape = z.object({ spec: z.object({ serviceName: z.string(), podManagementPolicy: z.string() }) });
  const planned = (...live: readonly KubernetesObject[]) => {
    const { objects } = plan([registryMirror('quay', { upstreamUrl: 'quay.io' }), ...live]);
    return shape.parse(objects.find(({ kind }) => kind === 'StatefulSet')).spec;
  };
  const usual = { serviceName: 'registry-mirror-quay-headless', podManagementPolicy: 'Parallel' };
  const former = { serviceName: 'registry-mirror-quay', podManagementPolicy: 'OrderedReady' };
  const live = existing(once);
  const created = { ...live, spec: { ...record(live['spec']), ...former } };

  test('is as usual where there is none', () => expect(planned()).toEqual(usual));
  test('is planned as the mirror has it', () => expect(planned(created)).toEqual(former));
  test('is as usual where the one that exists is not ours', () =>
    expect(planned({ ...created, metadata: { ...created.metadata, ownerReferences: [] } })).toEqual(usual));
});

describe('the cache leaves room for downloads', () => {
  const cacheOf = (cache: object, ...objects: readonly KubernetesObject[]): unknown => {
    const spec = { upstreamUrl: 'quay.io', volumeClaimTemplate: { spec: once }, cache };
    const planned = plan([registryMirror('quay', spec), ...objects]).objects;
    const secret = planned.find(({ metadata }) => metadata.name === 'registry-mirror-quay-secret');
    const { data } = secretShape.parse(secret);
    return JSON.parse(Buffer.from(data['fetcher.json'], 'base64').toString());
  };
  const gi = 2 ** 30;

  test.each([
    { title: 'what is asked for, while it is below 80 % of the volume', maxSize: '15Gi', bytes: 15 * gi },
    { title: '80 % at most', maxSize: '19Gi', bytes: 16 * gi },
  ])('$title', ({ maxSize, bytes }) => expect(cacheOf({ maxSize })).toMatchObject({ cache: { maxSizeBytes: bytes } }));

  test('80 % of the volume that exists, where another one is asked for', () => {
    const live = existing({ ...once, resources: { requests: { storage: '10Gi' } } });
    expect(cacheOf({ maxSize: '15Gi' }, live)).toMatchObject({ cache: { maxSizeBytes: 8 * gi } });
  });
});

function record(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
