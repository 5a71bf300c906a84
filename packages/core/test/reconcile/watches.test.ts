import { describe, expect, test } from 'vitest';
import { ConfigMap, RegistryMirror, stateOf } from '../../src/index.ts';
import { effectOf, watchedObjects } from '../../src/reconcile/watches.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, map } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const settings = testSettings({ certificateSecret: 'given', caBundle: 'cas' });
const quay = registryMirror('quay', { upstreamUrl: 'quay.io', credentialsSecret: 'login' });
const ghcr = registryMirror('ghcr', { upstreamUrl: 'ghcr.io' });
const state = stateOf([quay, ghcr]);
const observed = [{ kind: ConfigMap, namespace: 'elsewhere', name: 'theirs' }];

function object(kind: string, name: string, metadata: object = {}, namespace = 'mirrors') {
  return { apiVersion: 'v1', kind, metadata: { namespace, name, ...metadata } };
}

function budget(generation: number) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace: 'mirrors', name: 'b', generation },
  };
}

function named(masqueradeUrl: string, observedGeneration: number) {
  return { ...quay, status: { observedGeneration, masqueradeUrl, conditions: [] } };
}

describe('what a change concerns', () => {
  test.each([
    { title: 'a new mirror', changed: quay, survey: ['quay'], fleet: true, mirrors: ['quay'] },
    { title: 'a status', changed: quay, previous: quay, survey: [], fleet: false, mirrors: ['quay'] },
    {
      title: 'the first name in a status, which is that of the spec',
      changed: named('quay.io', 1),
      previous: quay,
      survey: [],
      fleet: false,
      mirrors: ['quay'],
    },
    {
      title: 'a first name in a status that was planned by a former spec',
      changed: named('quay.io', 0),
      previous: quay,
      survey: ['quay'],
      fleet: true,
      mirrors: ['quay'],
    },
    {
      title: 'a name that a status has no more',
      changed: quay,
      previous: named('quay.io', 1),
      survey: ['quay'],
      fleet: true,
      mirrors: ['quay'],
    },
    {
      title: 'a spec',
      changed: quay,
      previous: registryMirror('quay', {}, { generation: 0 }),
      survey: ['quay'],
      fleet: true,
      mirrors: ['quay'],
    },
    {
      title: "a mirror's deletion",
      changed: quay,
      previous: registryMirror('quay', {}, { deletionTimestamp: '2030-01-01T00:00:00Z' }),
      survey: ['quay'],
      fleet: true,
      mirrors: ['quay'],
    },
    {
      title: 'a Service of a mirror that says nothing of its address',
      changed: object('Service', 'registry-mirror-quay-headless'),
      survey: [],
      fleet: false,
      mirrors: ['quay'],
    },
    { title: 'a Service of a mirror', changed: serviceOf('quay'), survey: ['quay'], fleet: true, mirrors: ['quay'] },
    {
      title: 'another object of a mirror',
      changed: object('Secret', 'x', { ownerReferences: serviceOf('ghcr').metadata.ownerReferences }),
      survey: [],
      fleet: false,
      mirrors: ['ghcr'],
    },
    {
      title: "somebody else's object of a name that a mirror wants",
      changed: object('Secret', 'registry-mirror-quay-tls'),
      survey: [],
      fleet: false,
      mirrors: ['quay'],
    },
    {
      title: 'an object of a mirror, of a name that another one wants',
      changed: object('DaemonSet', 'registry-mirror-quay-utils', {
        ownerReferences: serviceOf('ghcr').metadata.ownerReferences,
      }),
      survey: [],
      fleet: false,
      mirrors: ['ghcr', 'quay'],
    },
    {
      title: 'an object of such a name elsewhere',
      changed: object('Secret', 'registry-mirror-quay-tls', {}, 'elsewhere'),
      survey: [],
      fleet: false,
      mirrors: [],
    },
    { title: 'its credentials', changed: object('Secret', 'login'), survey: [], fleet: false, mirrors: ['quay'] },
    { title: 'a Secret of nobody', changed: object('Secret', 'y'), survey: [], fleet: false, mirrors: [] },
    {
      title: 'a Secret of that name elsewhere',
      changed: object('Secret', 'login', {}, 'elsewhere'),
      survey: [],
      fleet: false,
      mirrors: [],
    },
    {
      title: 'the CA',
      changed: object('Secret', 'entrepot-ca'),
      survey: [],
      fleet: false,
      mirrors: ['quay', 'ghcr'],
    },
    {
      title: "the user's certificate",
      changed: object('Secret', 'given'),
      survey: [],
      fleet: false,
      mirrors: ['quay', 'ghcr'],
    },
    {
      title: 'the bundle of CAs',
      changed: object('ConfigMap', 'cas'),
      survey: [],
      fleet: false,
      mirrors: ['quay', 'ghcr'],
    },
    {
      title: "somebody else's budget, which may select the pods of any mirror",
      changed: budget(2),
      previous: budget(1),
      survey: [],
      fleet: false,
      mirrors: ['quay', 'ghcr'],
    },
    {
      title: "what somebody else's budget counts",
      changed: budget(2),
      previous: budget(2),
      survey: [],
      fleet: false,
      mirrors: [],
    },
    {
      title: "the claim of a mirror's replica",
      changed: object('PersistentVolumeClaim', 'image-store-registry-mirror-quay-1'),
      survey: [],
      fleet: false,
      mirrors: ['quay'],
    },
    {
      title: 'the claim of a mirror that is not there',
      changed: object('PersistentVolumeClaim', 'image-store-registry-mirror-quay-1-0'),
      survey: [],
      fleet: false,
      mirrors: [],
    },
    {
      title: 'a claim of somebody else',
      changed: object('PersistentVolumeClaim', 'image-store-quay-0'),
      survey: [],
      fleet: false,
      mirrors: [],
    },
    {
      title: 'a class of volumes',
      changed: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' } },
      survey: [],
      fleet: false,
      mirrors: ['quay', 'ghcr'],
    },
    {
      title: 'a fleet object',
      changed: object('ConfigMap', 'z', { labels: { 'entrepot/fleet': 'map' } }),
      survey: [],
      fleet: true,
      mirrors: [],
    },
    {
      title: 'an object that a strategy observes',
      changed: object('ConfigMap', 'theirs', {}, 'elsewhere'),
      survey: 'all',
      fleet: true,
      mirrors: [],
    },
  ])('$title', ({ changed, previous, survey, fleet, mirrors }) => {
    expect(effectOf(changed, previous, state, settings, observed)).toEqual({
      surveyed: survey,
      concernsFleet: fleet,
      mirrors,
    });
  });
});

test('own kinds, managed kinds and observed objects are watched', () => {
  expect(
    watchedObjects(testSettings(), [hosts, map]).map(({ kind, namespace }) => `${namespace} ${kind.kind}`),
  ).toEqual([
    `undefined ${RegistryMirror.kind}`,
    'mirrors Service',
    'mirrors StatefulSet',
    'mirrors DaemonSet',
    'mirrors Secret',
    'mirrors ConfigMap',
    'mirrors PodDisruptionBudget',
    'mirrors NetworkPolicy',
    'mirrors PersistentVolumeClaim',
    'undefined StorageClass',
    'mirrors ConfigMap',
    'mirrors ConfigMap',
  ]);
});
