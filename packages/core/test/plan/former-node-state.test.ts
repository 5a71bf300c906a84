import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { stateOf } from '../../src/index.ts';
import { formerNodeState } from '../../src/plan/former-node-state.ts';
import { ownedBy } from '../../src/plan/ownership.ts';
import { surveyMirrors } from '../../src/plan/survey.ts';
import { planWithdrawal } from '../../src/plan/withdrawal.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const settings = testSettings();
const catalog = createCatalog({ strategies: [hosts, map], templates: [template], defaultAddressing: 'hosts' });
const quay = registryMirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] });

/** A DaemonSet as mirror-operator wrote it, which has no annotation that would help. */
function oldAgent(hostname: string, folder: string): KubernetesObject {
  return agent({
    containers: [{ name: 'mirror-hostess', env: [{ name: 'SHADOW_FQDN', value: hostname }] }],
    volumes: [
      { name: 'etc-hosts', hostPath: { path: '/etc/hosts' } },
      { name: 'docker-certs', hostPath: { path: folder } },
    ],
  });
}

function agent(podSpec: object, rest: object = {}): KubernetesObject {
  return ownedBy(quay, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace: 'mirrors', name: 'registry-mirror-quay-utils', generation: 2 },
    spec: { template: { spec: podSpec } },
    ...rest,
  });
}

function input(objects: readonly KubernetesObject[]) {
  const state = stateOf(objects);
  return { survey: surveyMirrors(state, settings, catalog), state, settings };
}

function formerOf(mirror: KubernetesObject, ...objects: readonly KubernetesObject[]): readonly string[] {
  const given = input([mirror, ...objects]);
  const surveyed = given.survey.mirrors.get('quay');
  if (surveyed === undefined) throw new Error('the mirror of this test is missing');
  return formerNodeState(surveyed, given).map((state) =>
    state.kind === 'HostsEntry' ? state.hostname : state.directory,
  );
}

const old = oldAgent('mirror-quay.io', '/etc/docker/certs.d/mirror-quay.io');
const both = ['mirror-quay.io', '/etc/docker/certs.d/mirror-quay.io'];
const kept = { ...quay, spec: { upstreamUrl: 'quay.io' } };
const withdrawing = {
  containers: [
    {
      name: 'withdrawal',
      env: [
        { name: 'WITHDRAW_FQDNS', value: 'old.example.org,older.example.org' },
        { name: 'WITHDRAW_FOLDERS', value: '/withdraw/old.example.org,/withdraw-1/x' },
      ],
      volumeMounts: [
        { name: 'withdraw', mountPath: '/withdraw' },
        { name: 'withdraw-1', mountPath: '/withdraw-1' },
      ],
    },
  ],
  volumes: [
    { name: 'withdraw', hostPath: { path: '/etc/docker/certs.d' } },
    { name: 'withdraw-1', hostPath: { path: '/elsewhere' } },
  ],
};
const status = (numberReady: number) => ({
  status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady },
});
const withdrawn = ['old.example.org', 'older.example.org', '/etc/docker/certs.d/old.example.org', '/elsewhere/x'];

describe('what nodes are to forget', () => {
  test.each([
    { title: 'nothing, where there is no agent', mirror: quay, objects: [], former: [] },
    { title: 'what an agent has and nobody wants, mirror-operator’s too', mirror: quay, objects: [old], former: both },
    { title: 'nothing that is wanted', mirror: kept, objects: [old], former: [] },
    {
      title: 'a folder whose case is another, but no name: those are the same in any case',
      mirror: kept,
      objects: [oldAgent('Mirror-Quay.io', '/etc/docker/certs.d/Mirror-Quay.io')],
      former: ['/etc/docker/certs.d/Mirror-Quay.io'],
    },
    {
      title: 'nothing that another mirror wants',
      mirror: quay,
      objects: [old, registryMirror('other', { upstreamUrl: 'x.io', masqueradeUrl: 'mirror-quay.io' })],
      former: [],
    },
    {
      title: 'no text that is no name: hosts files lead nobody by it',
      mirror: quay,
      objects: [oldAgent('mirror-quay.io:5000', '/etc/docker/certs.d/mirror-quay.io:5000')],
      former: ['/etc/docker/certs.d/mirror-quay.io:5000'],
    },
    ...['localhost', '10.0.0.5', 'x.svc', 'x.svc.cluster.local'].map((hostname) => ({
      title: `no name that agents leave alone: ${hostname}`,
      mirror: quay,
      objects: [oldAgent(hostname, '/etc/docker/certs.d/x')],
      former: ['/etc/docker/certs.d/x'],
    })),
    {
      title: 'what an agent takes from them already, as long as a node is not done',
      mirror: kept,
      objects: [agent(withdrawing, status(1))],
      former: withdrawn,
    },
    { title: 'that no more when all are done', mirror: kept, objects: [agent(withdrawing, status(2))], former: [] },
    {
      title: 'that also when the numbers speak of the agent before',
      mirror: kept,
      objects: [agent(withdrawing, { status: { ...status(2).status, observedGeneration: 1 } })],
      former: withdrawn,
    },
    {
      title: 'everything of a mirror that is deleted',
      mirror: { ...kept, metadata: { ...kept.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      objects: [old],
      former: both,
    },
    {
      title: 'nothing of a mirror whose strategy fails: nobody knows what it wants',
      mirror: { ...quay, spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'map', map: { fail: true } }] } },
      objects: [old],
      former: [],
    },
    {
      title: 'nothing of a mirror that is wrong for now',
      mirror: { ...quay, spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'magic' }] } },
      objects: [old],
      former: [],
    },
  ])('$title', ({ mirror, objects, former }) => {
    expect(formerOf(mirror, serviceOf('quay', '10.0.0.7'), ...objects)).toEqual(former);
  });

  test('an agent of somebody else’s says nothing', () => {
    const foreign = { ...old, metadata: { ...old.metadata, ownerReferences: [] } };
    expect(formerOf(quay, foreign)).toEqual([]);
  });
});

test('the DaemonSet of a mirror that is deleted does nothing but take it from all nodes at once, through the folders above', () => {
  const leaving = { ...quay, metadata: { ...quay.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  const given = input([leaving, old]);
  const mirror = given.survey.mirrors.get('quay');
  const { nodeAgent } = mirror === undefined ? {} : planWithdrawal(mirror, given);
  expect(nodeAgent?.['spec']).toMatchObject({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
    template: {
      spec: {
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'withdrawal',
            image: 'agent:1',
            args: ['withdraw'],
            env: [
              { name: 'LOCK_FILE', value: '/var/lock/hostess/mirror-hostess' },
              { name: 'HOSTS_FILE', value: '/etc/hosts_from_host' },
              { name: 'WITHDRAW_FQDNS', value: 'mirror-quay.io' },
              { name: 'WITHDRAW_FOLDERS', value: '/withdraw/mirror-quay.io' },
              { name: 'CLUSTER_DOMAIN', value: 'cluster.local' },
              { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
              { name: 'NODE_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.hostIP' } } },
              { name: 'HEALTH_PORT', value: '15080' },
            ],
            volumeMounts: [
              { name: 'etc-hosts', mountPath: '/etc/hosts_from_host' },
              { name: 'lock', mountPath: '/var/lock/hostess' },
              { name: 'withdraw', mountPath: '/withdraw' },
              { name: 'node-policy', mountPath: '/etc/entrepot/policy', readOnly: true },
            ],
          },
        ],
        volumes: [
          { name: 'etc-hosts' },
          { name: 'etc-hosts-backup' },
          { name: 'lock' },
          { name: 'node-policy' },
          { name: 'withdraw', hostPath: { path: '/etc/docker/certs.d' } },
        ],
      },
    },
  });
});
