import { describe, expect, test } from 'vitest';
import { type KubernetesObject, stateOf } from '../../src/index.ts';
import { surveyMirrors } from '../../src/plan/survey.ts';
import { gatherFacts } from '../../src/reconcile/gather.ts';
import { mirrorStatus } from '../../src/reconcile/status.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const now = Date.parse('2026-02-02T02:02:02Z');
const settings = testSettings({ caBundle: 'cas' });
const catalog = createCatalog({ strategies: [hosts], templates: [template], defaultAddressing: 'hosts' });

/** What is said of a mirror of quay.io when the cluster holds these objects. */
function conditions(objects: readonly KubernetesObject[]): Record<string, string> {
  const state = stateOf([
    registryMirror('quay', { upstreamUrl: 'quay.io' }),
    serviceOf('quay', '10.0.0.7'),
    ...objects,
  ]);
  const mirror = surveyMirrors(state, settings, catalog).mirrors.get('quay');
  if (mirror?.kind !== 'valid') throw new Error('the mirror of this test cannot be planned');
  const facts = gatherFacts(mirror, state, settings);
  const outcome = {
    facts,
    failures: [],
    hasNodeAgent: true,
    isAddressingApplied: true,
    pendingFleets: new Set<string>(),
    fleetProblems: new Map<string, string>(),
  } as const;
  const said = mirrorStatus(mirror, outcome, { conditions: [] }, now).conditions;
  return Object.fromEntries(said.map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]));
}

describe('a bundle of CAs', () => {
  const bundle = (content: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'mirrors', name: 'cas' },
    ...content,
  });
  test.each([
    { content: { data: { 'ca-certificates.crt': 'CAs' } }, says: 'True Rendered: the configuration is in place' },
    {
      content: { binaryData: { 'ca-certificates.crt': 'Q0Fz' } },
      says: 'True Rendered: the configuration is in place',
    },
    {
      content: { data: { 'ca.crt': 'CAs' } },
      says: 'False CABundleIncomplete: ConfigMap mirrors/cas with the CAs to trust has no key ca-certificates.crt',
    },
    {
      content: {},
      says: 'False CABundleIncomplete: ConfigMap mirrors/cas with the CAs to trust has no key ca-certificates.crt',
    },
  ])('$content: $says', ({ content, says }) => expect(conditions([bundle(content)])['ConfigRendered']).toBe(says));
});
