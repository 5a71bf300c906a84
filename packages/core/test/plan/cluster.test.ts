import { TerminalError } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import {
  configureStrategy,
  defineStrategy,
  type KubernetesObject,
  planCluster,
  problemOf,
  stateOf,
} from '../../src/index.ts';
import { cacheSizeBytes } from '../../src/plan/cache-size.ts';
import { planFleet } from '../../src/plan/fleet.ts';
import { surveyMirrors } from '../../src/plan/survey.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const services = [{ type: 'services' }];
const input = { settings: testSettings(), strategies: [hosts, map], templates: [template] };
const others = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'mirrors', name: 'others' },
  data: { maps: 'default:\n', more: 'x' },
};

describe('what mirrors name and nobody has made is noted:', () => {
  const secret = (name: string, data: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'mirrors', name },
    data,
  });
  const named = { upstreamUrl: 'quay.io', credentialsSecret: 'login', tls: { secretName: 'pair' } };

  test.each<{ title: string; objects: readonly KubernetesObject[]; notes: readonly string[] }>([
    {
      title: 'objects that are not there',
      objects: [],
      notes: [
        'RegistryMirror quay: Secret mirrors/login of spec.credentialsSecret does not exist',
        'RegistryMirror quay: Secret mirrors/pair with the certificate to serve with does not exist',
      ],
    },
    {
      title: 'a Secret that lacks what is needed',
      objects: [secret('login', { username: btoa('me') }), secret('pair', {})],
      notes: ['RegistryMirror quay: Secret mirrors/login of spec.credentialsSecret has no password'],
    },
    {
      title: 'a bundle of CAs for all mirrors',
      objects: [secret('login', { username: btoa('me'), password: btoa('x') }), secret('pair', {})],
      notes: ['RegistryMirror quay: ConfigMap mirrors/cas with the CAs to trust does not exist; pods wait for it'],
    },
  ])('$title', ({ objects, notes }) => {
    const state = stateOf([registryMirror('quay', named), serviceOf('quay', '10.0.0.7'), ...objects]);
    const plan = planCluster({ ...input, settings: testSettings({ caBundle: 'cas' }), state });
    expect(plan.notes.filter((note) => !note.includes('fills in'))).toEqual(notes);
  });
});

describe('the fleet', () => {
  test('has a line for every mirror with an address, in a block of its own beside the lines of others', () => {
    const state = stateOf([
      others,
      registryMirror('b', { upstreamUrl: 'quay.io', addressing: services }),
      registryMirror('a', { upstreamUrl: 'ghcr.io', addressing: services }),
      registryMirror('c', { upstreamUrl: 'gcr.io', addressing: services }),
      serviceOf('a', '10.0.0.1'),
      serviceOf('b', '10.0.0.2', 'fd00::2'),
    ]);
    const { objects, notes } = planCluster({ ...input, state });
    expect(objects.slice(-2)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'mirrors', name: 'map-summary', labels: { 'entrepot/fleet': 'map' } },
        data: { count: '3' },
      },
      {
        ...others,
        data: {
          maps: 'default:\n# entrepot begin test map\nmirror-ghcr.io 10.0.0.1\nmirror-quay.io 10.0.0.2\n# entrepot end test map\n',
          more: 'x',
        },
      },
    ]);
    expect(notes).toContain('RegistryMirror c: map: Service registry-mirror-c has no clusterIP');
  });

  test('of the default strategy is planned for no mirrors, too', () => {
    const settings = testSettings({ defaultAddressing: 'services' });
    const { objects } = planCluster({ ...input, settings, state: stateOf([]) });
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['map-summary', 'others']);
  });

  test.each<{
    title: string;
    mirrors: readonly KubernetesObject[];
    usedBefore?: readonly string[];
    plans: readonly string[];
  }>([
    { title: 'no mirror', mirrors: [], plans: ['hosts'] },
    {
      title: 'a mirror of another strategy',
      mirrors: [registryMirror('a', { upstreamUrl: 'quay.io' })],
      plans: ['hosts'],
    },
    {
      title: 'a mirror that uses it',
      mirrors: [registryMirror('a', { upstreamUrl: 'quay.io', addressing: services })],
      plans: ['hosts', 'map'],
    },
    {
      title: 'a mirror that cannot be planned',
      mirrors: [registryMirror('a', { upstreamUrl: 'no host', addressing: services })],
      plans: ['hosts'],
    },
    {
      title: 'a mirror that it fails for',
      mirrors: [registryMirror('a', { upstreamUrl: 'quay.io', addressing: [{ type: 'map', map: { fail: true } }] })],
      plans: ['hosts', 'map'],
    },
    { title: 'no mirror any more', mirrors: [], usedBefore: ['map', 'gone'], plans: ['hosts', 'map'] },
  ])('of another strategy: $title, so $plans are planned', ({ mirrors, usedBefore, plans }) => {
    const catalog = createCatalog({ ...input, defaultAddressing: 'hosts' });
    const survey = surveyMirrors(stateOf(mirrors), testSettings(), catalog);
    expect(planFleet(survey, catalog, usedBefore).map(({ strategy }) => strategy)).toEqual(plans);
  });

  test('does not believe a Service that belongs to somebody else', () => {
    const foreign = { ...serviceOf('a', '10.6.6.6'), metadata: { namespace: 'mirrors', name: 'registry-mirror-a' } };
    const state = stateOf([registryMirror('a', { upstreamUrl: 'ghcr.io', addressing: services }), foreign]);
    expect(JSON.stringify(planCluster({ ...input, state }))).not.toContain('10.6.6.6');
  });
});

test('a template that fails is named, and so is its mirror', () => {
  const state = stateOf([registryMirror('a', { upstreamUrl: 'quay.io', templateOptions: { fail: true } })]);
  expect(() => planCluster({ ...input, state })).toThrow(
    new TerminalError('TemplateFailed', 'RegistryMirror a: template plain failed: cannot render this'),
  );
});

test.each([
  { spec: { upstreamUrl: 'quay.io' }, problem: undefined },
  { spec: {}, problem: 'spec.upstreamUrl: is required: the registry to mirror, as host[:port], for example quay.io' },
  {
    spec: { upstreamUrl: 'quay.io', template: 'torn', addressing: [{ type: 'magic' }] },
    problem:
      'spec.addressing[0].type: unknown strategy magic, known are hosts, map, services; spec.template: unknown template torn, known are plain',
  },
])('a mirror can be checked alone: $problem', ({ spec, problem }) => {
  expect(problemOf(registryMirror('a', spec), input)).toBe(problem);
});

test('mirrors that are only rendered have no uid: Services in the input are theirs', () => {
  const { metadata, ...rest } = registryMirror('a', { upstreamUrl: 'ghcr.io', addressing: services });
  const mirror = { ...rest, metadata: { name: metadata.name } };
  const service = { ...serviceOf('a', '10.0.0.1'), metadata: { namespace: 'mirrors', name: 'registry-mirror-a' } };
  const { objects, notes } = planCluster({ ...input, state: stateOf([mirror, service]) });
  expect(JSON.stringify(objects)).toContain('mirror-ghcr.io 10.0.0.1');
  expect(notes).toContain('RegistryMirror a: the operator fills in its uid in ownerReferences');
});

test('the plan does not depend on the order of what the cluster holds', () => {
  const objects = [
    others,
    registryMirror('a', { upstreamUrl: 'quay.io' }),
    registryMirror('b', { upstreamUrl: 'ghcr.io', addressing: services }),
    serviceOf('b', '10.0.0.1'),
  ];
  const forwards = planCluster({ ...input, state: stateOf(objects) });
  expect(planCluster({ ...input, state: stateOf(objects.toReversed()) })).toEqual(forwards);
});

describe('of two mirrors with one masquerade host', () => {
  const at = (creationTimestamp: string) => ({ creationTimestamp });
  test.each([
    { title: 'the older wins', first: at('2026-01-02T00:00:00Z'), second: at('2026-01-01T00:00:00Z'), loser: 'a' },
    { title: 'the first by name wins when both are as old', first: {}, second: {}, loser: 'b' },
  ])('$title', ({ first, second, loser }) => {
    const state = stateOf([
      registryMirror('a', { upstreamUrl: 'quay.io' }, first),
      registryMirror('b', { upstreamUrl: 'other.io', masqueradeUrl: 'mirror-quay.io' }, second),
    ]);
    const winner = loser === 'a' ? 'b' : 'a';
    const { objects, notes } = planCluster({ ...input, state });
    expect(notes).toContain(`RegistryMirror ${loser}: mirror-quay.io belongs to the older RegistryMirror ${winner}`);
    expect(objects.some(({ metadata }) => metadata.name === `registry-mirror-${loser}`)).toBe(false);
  });

  test('one that cannot be planned takes no name from the other', () => {
    const broken = { upstreamUrl: 'other.io', masqueradeUrl: 'mirror-quay.io', addressing: [{ type: 'magic' }] };
    const state = stateOf([registryMirror('a', broken), registryMirror('b', { upstreamUrl: 'quay.io' })]);
    expect(planCluster({ ...input, state }).objects[0]?.metadata.name).toBe('registry-mirror-b');
  });
});

test('a mirror on its way out is planned no more', () => {
  const leaving = registryMirror('a', { upstreamUrl: 'quay.io' }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  expect(planCluster({ ...input, state: stateOf([leaving]) }).objects).toEqual(
    planCluster({ ...input, state: stateOf([]) }).objects,
  );
});

test('a strategy that cannot plan at all is named, and its objects are left alone', () => {
  const broken = configureStrategy(
    defineStrategy({
      ...map.strategy,
      name: 'broken',
      aliases: [],
      plan: () => {
        throw new Error('out of order');
      },
    }),
    { namespace: 'mirrors' },
  );
  const state = stateOf([registryMirror('a', { upstreamUrl: 'quay.io' })]);
  const { objects, notes } = planCluster({ ...input, strategies: [hosts, broken], state });
  expect(notes).toContain('strategy broken failed: out of order');
  expect(objects.some(({ metadata }) => metadata.name === 'registry-mirror-a')).toBe(true);
});

test.each([
  ['20Gi', 17_179_869_184],
  ['8Gi', 6_871_947_673],
  ['20G', 16_000_000_000],
  ['1Ti', 879_609_302_220],
  ['1Gi', 858_993_459],
  ['500Mi', 419_430_400],
  ['20', 67_108_864],
])('of a volume of %s the cache uses %s bytes', (storage, bytes) => expect(cacheSizeBytes(storage)).toBe(bytes));
