import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  asStrategy,
  asTemplate,
  configureStrategy,
  createMirrorController,
  defineStrategy,
  managedKinds,
  requiredRules,
} from '../../src/index.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

describe('a plugin', () => {
  test('that keeps the contract is taken as it is', () => {
    expect(asStrategy(map.strategy, 'package x')).toBe(map.strategy);
    expect(asTemplate(template, 'package x')).toBe(template);
  });

  test.each<{ candidate: unknown; message: string }>([
    {
      candidate: { ...map.strategy, contractVersion: 2 },
      message: 'cannot use package x as a strategy: it is made for contract version 2, this program speaks version 1',
    },
    {
      candidate: undefined,
      message:
        "cannot use package x as a strategy: the module's default export is no strategy, it has no contractVersion",
    },
    {
      candidate: { ...map.strategy, plan: 'later' },
      message: 'package x is not a strategy: plan: must be a function',
    },
    ...['Map', 'my_map', '-map', 'map-', 'a/b', 'a'.repeat(64)].map((name) => ({
      candidate: { ...map.strategy, name },
      message:
        'package x is not a strategy: name: must be at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends',
    })),
    {
      candidate: { ...map.strategy, aliases: ['Services'] },
      message:
        'package x is not a strategy: aliases[0]: must be at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends',
    },
  ])('is refused: $message', ({ candidate, message }) => {
    expect(() => asStrategy(candidate, 'package x')).toThrow(message);
  });

  test('with a name that labels cannot hold is refused where it is written', () => {
    expect(() => defineStrategy({ ...map.strategy, name: 'My Map' })).toThrow(
      'strategy My Map: name: must be at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends',
    );
    expect(defineStrategy({ ...map.strategy, name: 'a'.repeat(63) }).name).toHaveLength(63);
  });

  test('that renders nothing is no template', () => {
    expect(() => asTemplate({ ...template, render: undefined }, 'package x')).toThrow(
      'package x is not a template: render: must be a function',
    );
    expect(() => asTemplate({ render: 1 }, 'package x')).toThrow(
      "cannot use package x as a template: the module's default export is no template, it has no contractVersion",
    );
    expect(() => asTemplate({ ...template, contractVersion: 0 }, 'package x')).toThrow(
      'cannot use package x as a template: it is made for contract version 0, this program speaks version 1',
    );
  });

  test('with wrong settings names itself and the field', () => {
    const strict = { ...map.strategy, settings: z.object({ namespace: z.string() }) };
    expect(() => configureStrategy(strict, { namespace: 7 })).toThrow('settings of strategy map: namespace: ');
  });
});

describe('an operator does not start', () => {
  const defaultAddressing = 'hosts';
  test.each([
    {
      title: 'with an unknown default strategy',
      input: { strategies: [map], templates: [template], defaultAddressing },
      message: 'unknown default addressing hosts, known are map, services',
    },
    {
      title: 'with two strategies of one name',
      input: { strategies: [hosts, hosts], templates: [template], defaultAddressing },
      message: 'two strategy plugins are called hosts',
    },
    {
      title: 'without a template',
      input: { strategies: [hosts], templates: [], defaultAddressing },
      message: 'no template is given',
    },
  ])('$title', ({ input, message }) => expect(() => createCatalog(input)).toThrow(message));

  test('but says so when it is made, before anything runs', async () => {
    const { KubeClient } = await import('@entrepot/kube');
    const credentials = async () => ({ headers: {}, tls: {}, proxy: undefined });
    const client = new KubeClient({ server: 'http://127.0.0.1:1', namespace: undefined, credentials });
    expect(() =>
      createMirrorController({ client, settings: testSettings(), strategies: [], templates: [template] }),
    ).toThrow('unknown default addressing hosts');
  });
});

test('every kind that is applied is managed once', () => {
  expect(managedKinds([hosts, map]).map(({ kind }) => kind)).toEqual([
    'Service',
    'Secret',
    'PodDisruptionBudget',
    'NetworkPolicy',
    'StatefulSet',
    'DaemonSet',
    'ConfigMap',
  ]);
});

test('the rules hold what the operator itself and each strategy needs', () => {
  const rules = requiredRules(testSettings(), [hosts, map]);
  expect(rules.at(-1)).toEqual({
    namespace: 'mirrors',
    apiGroups: [''],
    resources: ['configmaps'],
    verbs: ['get', 'patch'],
  });
  const all = rules.flatMap(({ namespace = '*', apiGroups, resources }) =>
    resources.map((resource) => `${namespace} ${apiGroups.join()}/${resource}`),
  );
  expect(all).toEqual([
    '* k8s.osp.tech/registrymirrors',
    '* k8s.osp.tech/registrymirrors/status',
    'mirrors /services',
    'mirrors /secrets',
    'mirrors /configmaps',
    'mirrors apps/statefulsets',
    'mirrors apps/daemonsets',
    'mirrors policy/poddisruptionbudgets',
    'mirrors networking.k8s.io/networkpolicies',
    'mirrors cert-manager.io/certificates',
    '* storage.k8s.io/storageclasses',
    'mirrors /persistentvolumeclaims',
    'mirrors /pods',
    'mirrors coordination.k8s.io/leases',
    'mirrors coordination.k8s.io/leases',
    'default events.k8s.io/events',
    'mirrors events.k8s.io/events',
    'mirrors /configmaps',
  ]);
});
