import { expect, test } from 'vitest';
import { DaemonSet, type MirrorSettings, Secret, StatefulSet, stateOf } from '../../src/index.ts';
import { formerTolerationsAnnotation } from '../../src/plan/former-tolerations.ts';
import { surveyMirrors } from '../../src/plan/survey.ts';
import { gatherFacts } from '../../src/reconcile/gather.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const catalog = createCatalog({ strategies: [hosts], templates: [template], defaultAddressing: 'hosts' });
const { ownerReferences } = serviceOf('quay').metadata;

const owned = (kind: string, name: string, status: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { namespace: 'mirrors', name, ownerReferences: ownerReferences ?? [] },
  status,
});
const server = owned(StatefulSet.kind, 'registry-mirror-quay', { readyReplicas: 1 });
const agentStatus = { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 };
const agent = owned(DaemonSet.kind, 'registry-mirror-quay-utils', agentStatus);
const foreign = { ...server, metadata: { namespace: 'mirrors', name: 'registry-mirror-quay' } };
const secret = (name: string, texts: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: Secret.kind,
  metadata: { namespace: 'mirrors', name },
  data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

test.each<{
  title: string;
  spec?: object;
  objects: Parameters<typeof stateOf>[0];
  facts: object;
  settings?: Partial<MirrorSettings>;
}>([
  { title: 'nothing there', objects: [], facts: { clusterIPs: [], replicas: { wanted: 2, ready: 0 } } },
  {
    title: 'pods and nodes',
    objects: [server, agent, serviceOf('quay', '10.0.0.7')],
    facts: { clusterIPs: ['10.0.0.7'], replicas: { wanted: 2, ready: 1 }, nodes: { desired: 3, ready: 2 } },
  },
  {
    title: 'pods that were made, of which none is ready',
    objects: [owned(StatefulSet.kind, 'registry-mirror-quay', { observedGeneration: 1, replicas: 1 })],
    facts: { clusterIPs: [], replicas: { wanted: 2, ready: 0, made: 1 } },
  },
  {
    title: 'an agent nobody has looked at yet',
    objects: [owned(DaemonSet.kind, 'registry-mirror-quay-utils', { desiredNumberScheduled: 0, numberReady: 0 })],
    facts: { clusterIPs: [], replicas: { wanted: 2, ready: 0 } },
  },
  {
    title: 'an agent that changed since its controller looked at it',
    objects: [{ ...agent, metadata: { ...agent.metadata, generation: 2 } }],
    facts: { clusterIPs: [], replicas: { wanted: 2, ready: 0 } },
  },
  {
    title: 'an agent that is changed on one node after the other',
    objects: [owned(DaemonSet.kind, 'registry-mirror-quay-utils', { ...agentStatus, updatedNumberScheduled: 1 })],
    facts: { clusterIPs: [], replicas: { wanted: 2, ready: 0 }, nodes: { desired: 3, ready: 1 } },
  },
  {
    title: 'an agent that other nodes had before',
    objects: [{ ...agent, metadata: { ...agent.metadata, annotations: { [formerTolerationsAnnotation]: '[]' } } }],
    facts: {
      clusterIPs: [],
      replicas: { wanted: 2, ready: 0 },
      nodes: { desired: 3, ready: 2 },
      hasFormerNodes: true,
    },
  },
  {
    title: "somebody else's StatefulSet",
    objects: [foreign],
    facts: { clusterIPs: [], replicas: { wanted: 2, ready: 0 } },
  },
  {
    title: 'credentials that are empty',
    spec: { credentialsSecret: 'login' },
    objects: [secret('login', { username: '' })],
    facts: {
      clusterIPs: [],
      replicas: { wanted: 2, ready: 0 },
      configProblem: {
        reason: 'CredentialsIncomplete',
        message: 'Secret mirrors/login of spec.credentialsSecret has no username and no password',
      },
    },
  },
  {
    title: 'a bundle of CAs that is not there',
    objects: [],
    settings: { caBundle: 'cas' },
    facts: {
      clusterIPs: [],
      replicas: { wanted: 2, ready: 0 },
      configProblem: {
        reason: 'CABundleMissing',
        message: 'ConfigMap mirrors/cas with the CAs to trust does not exist; pods wait for it',
      },
    },
  },
])('the facts about a mirror: $title', ({ spec, objects, facts, settings }) => {
  const state = stateOf([registryMirror('quay', { upstreamUrl: 'quay.io', ...spec }), ...objects]);
  const mirror = surveyMirrors(state, testSettings(), catalog).mirrors.get('quay');
  if (mirror?.kind !== 'valid') throw new Error('the mirror of this test cannot be planned');
  expect(gatherFacts(mirror, state, testSettings(settings))).toEqual(facts);
});
