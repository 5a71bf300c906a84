import { TerminalError } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { stateOf } from '../../src/index.ts';
import type { ValidMirror } from '../../src/plan/survey.ts';
import { surveyMirrors } from '../../src/plan/survey.ts';
import { type MirrorOutcome, mirrorStatus } from '../../src/reconcile/status.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const catalog = createCatalog({ strategies: [hosts, map], templates: [template], defaultAddressing: 'hosts' });
const now = Date.parse('2026-02-02T02:02:02Z');

function surveyed(spec: object, objects: Parameters<typeof stateOf>[0] = [serviceOf('quay', '10.0.0.7')]) {
  const state = stateOf([registryMirror('quay', spec), ...objects]);
  const mirror = surveyMirrors(state, testSettings(), catalog).mirrors.get('quay');
  if (mirror?.kind !== 'valid') throw new Error('the mirror of this test cannot be planned');
  return { mirror };
}

const certificate: NonNullable<MirrorOutcome['certificate']> = {
  choice: {
    source: 'own',
    secretName: 'registry-mirror-quay-tls',
    servingNames: [],
    names: [],
    isForNodes: true,
    isTentative: false,
  },
  served: { notAfter: new Date('2027-01-01T00:00:00Z') },
  isWaiting: false,
  isHasty: false,
};
const good: MirrorOutcome = {
  facts: { clusterIPs: ['10.0.0.7'], replicas: { wanted: 2, ready: 2 }, nodes: { desired: 3, ready: 3 } },
  failures: [],
  certificate,
  hasNodeAgent: true,
  isAddressingApplied: true,
  pendingFleets: new Set(),
  fleetProblems: new Map(),
};

function saidOf(mirror: ValidMirror, outcome: MirrorOutcome): Record<string, string> {
  const { conditions } = mirrorStatus(mirror, outcome, { conditions: [] }, now);
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]),
  );
}

describe('a condition', () => {
  const { mirror } = surveyed({ upstreamUrl: 'quay.io' });
  const nodeless = { facts: { ...good.facts, nodes: { desired: 0, ready: 0 } } };
  const none = { facts: { ...good.facts, replicas: { wanted: 2, ready: 0 } } };
  const lost = { ...none, podObstacle: { reason: 'VolumeUnreachable', message: 'it is lost' } } as const;
  const imageless = { ...none, podObstacle: { reason: 'NoReplicaReady', message: 'pod x: no image' } } as const;
  test.each<{ type: string; outcome: Partial<MirrorOutcome>; says: string }>([
    { type: 'Ready', outcome: {}, says: 'True Ready: images are mirrored' },
    { type: 'Addressed', outcome: {}, says: 'True NodesReady: 3 of 3 nodes are prepared' },
    {
      type: 'CertificateReady',
      outcome: {},
      says: 'True Issued: Secret registry-mirror-quay-tls is valid until 2027-01-01T00:00:00Z',
    },
    {
      type: 'CacheAvailable',
      outcome: { facts: { ...good.facts, replicas: { wanted: 2, ready: 1 } } },
      says: 'True ReplicasReady: 1 of 2 replicas are ready',
    },
    { type: 'CacheAvailable', outcome: none, says: 'False NoReplicaReady: 0 of 2 replicas are ready' },
    { type: 'Ready', outcome: imageless, says: 'False NoReplicaReady: 0 of 2 replicas are ready; pod x: no image' },
    { type: 'CacheAvailable', outcome: lost, says: 'False VolumeUnreachable: 0 of 2 replicas are ready; it is lost' },
    {
      type: 'CacheAvailable',
      outcome: { storageNote: { reason: 'StorageGrowing', message: 'volumes grow' } },
      says: 'True StorageGrowing: 2 of 2 replicas are ready; volumes grow',
    },
    { type: 'Addressed', outcome: nodeless, says: 'False NoNodes: no node is selected: agents are on none' },
    {
      type: 'Addressed',
      outcome: { facts: { ...good.facts, nodes: { desired: 3, ready: 1 } } },
      says: 'False NodesPending: 1 of 3 nodes are prepared',
    },
    {
      type: 'Addressed',
      outcome: { facts: { ...good.facts, hasFormerNodes: true } },
      says: 'True NodesReady: 3 of 3 nodes are prepared; nodes whose taints are tolerated no more keep what agents wrote there, until the mirror goes',
    },
    {
      type: 'Addressed',
      outcome: { fleetProblems: new Map([['hosts', 'ConfigMap x belongs to somebody else']]) },
      says: 'False FleetNotApplied: hosts: ConfigMap x belongs to somebody else',
    },
    {
      type: 'Addressed',
      outcome: { pendingFleets: new Set(['hosts']) },
      says: 'False Pending: hosts: what it wants for all mirrors is not applied yet',
    },
    {
      type: 'Addressed',
      outcome: { pendingFleets: new Set(['hosts']), fleetProblems: new Map([['hosts', 'no way']]) },
      says: 'False FleetNotApplied: hosts: no way',
    },
    {
      type: 'Addressed',
      outcome: { isAddressingApplied: false, hasNodeAgent: false },
      says: 'False Pending: hosts: what it wants for this mirror is not applied yet',
    },
    {
      type: 'Ready',
      outcome: {
        isAddressingApplied: false,
        failures: [{ type: 'ConfigRendered', error: new TerminalError('TemplateFailed', 'torn') }],
      },
      says: 'False TemplateFailed: torn',
    },
    {
      type: 'Ready',
      outcome: { failures: [{ type: 'CacheAvailable', error: new Error('no room') }] },
      says: 'False ApplyFailed: no room',
    },
  ])('$type says: $says', ({ type, outcome, says }) => {
    expect(saidOf(mirror, { ...good, ...outcome })[type]).toBe(says);
  });

  test('says that nobody is sent to a mirror without addressing', () => {
    const { mirror } = surveyed({ upstreamUrl: 'quay.io', addressing: [] });
    expect(saidOf(mirror, { ...good, hasNodeAgent: false })['Addressed']).toBe(
      'True Planned: spec.addressing is empty: nobody is sent to the mirror',
    );
  });

  test('says what a strategy waits for', () => {
    const { mirror } = surveyed({ upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] }, []);
    expect(saidOf(mirror, good)['Addressed']).toBe('False Waiting: map: Service registry-mirror-quay has no clusterIP');
  });
});

describe('a strategy that can never do what is asked', () => {
  const refusing = { type: 'map', map: { refuse: 'spec.masqueradeUrl is a secret; tell it' } };
  const { mirror } = surveyed({ upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }, refusing] });

  test('is no active one, and there is no waiting for it', () => {
    const { strategies } = mirrorStatus(mirror, { ...good, pendingFleets: new Set(['map']) }, { conditions: [] }, now);
    expect(strategies?.map(({ name, state, reason, message }) => `${name} ${state} ${reason}: ${message}`)).toEqual([
      'hosts active Planned: everything it needs is there',
      'map unsupported Unsupported: spec.masqueradeUrl is a secret; tell it',
    ]);
  });

  test('makes the mirror not addressed, and not ready even while replicas are waited for', () => {
    const says = 'False Unsupported: map: spec.masqueradeUrl is a secret; tell it';
    const facts = { ...good.facts, replicas: { wanted: 2, ready: 0 } };
    expect(saidOf(mirror, { ...good, facts })).toMatchObject({ Addressed: says, Ready: says });
  });
});

test('a strategy that is not applied yet is no active one', () => {
  const { mirror } = surveyed({ upstreamUrl: 'quay.io' });
  const { strategies } = mirrorStatus(mirror, { ...good, pendingFleets: new Set(['hosts']) }, { conditions: [] }, now);
  expect(strategies?.map(({ name, state, reason }) => `${name} ${state} ${reason}`)).toEqual(['hosts waiting Pending']);
});

test('the same outcome gives the same status, whatever the time', () => {
  const { mirror } = surveyed({ upstreamUrl: 'quay.io' });
  const first = mirrorStatus(mirror, good, { conditions: [] }, now);
  expect(mirrorStatus(mirror, good, first, now + 60_000)).toEqual(first);
});

describe('the status of a mirror that is not planned any more says of what was there before only its address', () => {
  const before = mirrorStatus(surveyed({ upstreamUrl: 'quay.io' }).mirror, good, { conditions: [] }, now);
  const aliased = { upstreamUrl: 'ghcr.io', masqueradeUrl: 'mirror-quay.io' };
  const quay = { ...registryMirror('quay', { upstreamUrl: 'quay.io' }), status: before };
  const at = (object: typeof quay, metadata: object) => ({ ...object, metadata: { ...object.metadata, ...metadata } });

  test.each<{ title: string; objects: Parameters<typeof stateOf>[0]; says: object }>([
    {
      title: 'its name belongs to an older one',
      objects: [
        at(quay, { creationTimestamp: '2026-01-02T00:00:00Z' }),
        registryMirror('older', aliased, { creationTimestamp: '2026-01-01T00:00:00Z' }),
      ],
      says: {
        strategies: [
          {
            name: 'hosts',
            state: 'failed',
            reason: 'Conflict',
            message: 'spec.masqueradeUrl: mirror-quay.io belongs to the older RegistryMirror older',
          },
        ],
      },
    },
    {
      title: 'its spec is wrong: nodes still know it by its name',
      objects: [{ ...quay, spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'nobody' }] } }],
      says: {
        masqueradeUrl: 'mirror-quay.io',
        strategies: [
          {
            name: 'hosts',
            state: 'failed',
            reason: 'InvalidSpec',
            message: 'spec.addressing[0].type: unknown strategy nobody, known are hosts, map, services',
          },
        ],
      },
    },
    {
      title: 'it is being deleted',
      objects: [at(quay, { deletionTimestamp: '2026-02-02T02:02:02Z' })],
      says: {
        masqueradeUrl: 'mirror-quay.io',
        strategies: [{ name: 'hosts', state: 'waiting', reason: 'Leaving', message: 'it is being deleted' }],
      },
    },
  ])('$title', ({ objects, says }) => {
    const mirror = surveyMirrors(stateOf(objects), testSettings(), catalog).mirrors.get('quay');
    if (mirror === undefined) throw new Error('the mirror of this test is missing');
    const { conditions: _, observedGeneration: __, ...rest } = mirrorStatus(mirror, {}, before, now);
    expect(rest).toEqual({ address: '10.0.0.7', ...says });
  });
});
