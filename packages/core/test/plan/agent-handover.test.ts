import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { ownedBy } from '../../src/plan/ownership.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { plan } from '../support/planned.ts';

const quay = registryMirror('quay', { upstreamUrl: 'quay.io' });
const overlapping = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } };
const halves = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } };
const done = { observedGeneration: 2, desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3 };

/** Agents that keep this name in hosts files, with these further variables. */
function agents(hostname: string, variables: readonly object[], rest: object = {}): KubernetesObject {
  const env = [{ name: 'SHADOW_FQDN', value: hostname }, ...variables];
  return ownedBy(quay, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace: 'mirrors', name: 'registry-mirror-quay-utils', generation: 2 },
    spec: { template: { spec: { containers: [{ name: 'mirror-hostess', env }] } }, ...rest },
    status: done,
  });
}

const keeping = [{ name: 'KEEP_ON_EXIT', value: 'true' }];
const replacing = agents('mirror-quay.io', keeping, { updateStrategy: overlapping });

describe('agents that are replaced on nodes', () => {
  test.each([
    {
      title: 'those that keep the line when they end: a few at a time',
      live: agents('mirror-quay.io', keeping),
    },
    {
      title: 'those that take it along, as mirror-hostess does: only when the next one is ready beside it',
      live: agents('mirror-quay.io', []),
      overlaps: true,
    },
    {
      title: 'ours, in the middle of replacing such ones: that goes on in the same way',
      live: { ...replacing, status: { ...done, updatedNumberScheduled: 1 } },
      overlaps: true,
    },
    {
      title: 'ours, with a change that nobody has looked at yet: likewise',
      live: { ...replacing, status: { ...done, observedGeneration: 1 } },
      overlaps: true,
    },
    { title: 'ours, when all such ones are replaced: a few at a time again', live: replacing },
    {
      title: 'those that would put back what is to be taken from nodes: a few at a time',
      live: agents('former-name.example.org', []),
    },
  ])('$title', ({ live, overlaps = false }) => {
    const { objects } = plan([quay, serviceOf('quay', '10.0.0.7'), live]);
    const planned = objects.find(({ kind }) => kind === 'DaemonSet');
    expect(planned?.['spec']).toHaveProperty('updateStrategy', overlaps ? overlapping : halves);
    // By this the new ones know that they have to keep the line in its place.
    const service = objects.find(
      ({ kind, metadata }) => kind === 'Service' && metadata.name === 'registry-mirror-quay',
    );
    expect(service?.metadata.annotations).toEqual(overlaps ? { 'entrepot/overlapping-agents': 'true' } : undefined);
    // The API server leaves out a zero, so that one would have to be written again and again.
    expect(JSON.stringify(planned?.['spec']).includes('"minReadySeconds":10')).toBe(!overlaps);
  });
});

describe('the number of nodes on which agents are replaced at a time', () => {
  const kept = agents('mirror-quay.io', keeping);

  test.each([
    { title: 'two of three, as Kubernetes rounds up', nodes: 3, atATime: '50%' },
    { title: 'two of four', nodes: 4, atATime: '50%' },
    { title: 'two of five: one that is off keeps no change from the others', nodes: 5, atATime: 2 },
    { title: 'two of twenty', nodes: 20, atATime: 2 },
    { title: 'a tenth of more', nodes: 21, atATime: '10%' },
  ])('is $title', ({ nodes, atATime }) => {
    const settled = { observedGeneration: 2, numberReady: nodes, updatedNumberScheduled: nodes };
    const live = { ...kept, status: { ...settled, desiredNumberScheduled: nodes } };
    // What nobody has looked at yet is the next change: the number of nodes holds all the same.
    const unseen = { ...live, status: { ...live.status, observedGeneration: 1 } };
    const paces = [live, unseen].map((agentsNow) => {
      const { objects } = plan([quay, serviceOf('quay', '10.0.0.7'), agentsNow]);
      return objects.find(({ kind }) => kind === 'DaemonSet')?.['spec'];
    });
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: atATime } };
    expect(paces).toMatchObject([{ updateStrategy }, { updateStrategy }]);
  });
});
