import { describe, expect, test } from 'vitest';
import { plan, planned } from '../support/planned.ts';
import { registryMirror } from '../support/mirrors.ts';

const labels = { app: 'docker-registry', mirror: 'quay' };
const ownerReferences = [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid: 'uid-of-quay' }];
const metadata = { namespace: 'mirrors', name: 'registry-mirror-quay', labels, ownerReferences };
const upstreamUrl = 'quay.io';

describe('evictions', () => {
  test.each([1, 2, 5])('take one replica of %i at a time, and those that do not serve at any time', (replicas) => {
    expect(planned('PodDisruptionBudget', 'registry-mirror-quay', { upstreamUrl, replicas })).toEqual({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: { ...labels, component: 'registry' } },
      },
    });
  });

  test.each<{ title: string; selector: object | null; isOurs: boolean }>([
    { title: 'all pods', selector: {}, isOurs: false },
    { title: 'all mirrors', selector: { matchLabels: { app: 'docker-registry' } }, isOurs: false },
    { title: 'a label that the settings give', selector: { matchLabels: { team: 'x' } }, isOurs: false },
    { title: 'one of several mirrors', selector: expression('In', ['hub', 'quay']), isOurs: false },
    { title: 'what is of a mirror', selector: expression('Exists'), isOurs: false },
    { title: 'all but another mirror', selector: expression('NotIn', ['hub']), isOurs: false },
    { title: 'another mirror', selector: { matchLabels: { mirror: 'hub' } }, isOurs: true },
    { title: 'other mirrors', selector: expression('In', ['hub']), isOurs: true },
    { title: 'all but this mirror', selector: expression('NotIn', ['quay']), isOurs: true },
    { title: 'what is of no mirror', selector: expression('DoesNotExist'), isOurs: true },
    { title: 'its node agents', selector: { matchLabels: { component: 'hostess-certificate' } }, isOurs: true },
    { title: 'nothing', selector: null, isOurs: true },
  ])('where somebody else has a budget that selects $title, ours is there: $isOurs', ({ selector, isOurs }) => {
    const kind = 'PodDisruptionBudget';
    const theirs = {
      apiVersion: 'policy/v1',
      kind,
      metadata: { namespace: 'mirrors', name: 'theirs' },
      spec: { maxUnavailable: 1, selector },
    };
    const { objects } = plan([registryMirror('quay', { upstreamUrl }), theirs], { podLabels: { team: 'x' } });
    expect(objects.some((object) => object.kind === kind)).toBe(isOurs);
  });
});

describe('connections', () => {
  test("are let in at the mirror's port alone, where the settings ask for it", () => {
    const settings = { hasNetworkPolicy: true };
    expect(planned('NetworkPolicy', 'registry-mirror-quay', { upstreamUrl }, settings)).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: {
        podSelector: { matchLabels: labels },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 5000, protocol: 'TCP' }] }],
      },
    });
  });

  test('are left to others by default', () => {
    expect(planned('NetworkPolicy', 'registry-mirror-quay', { upstreamUrl })).toBeUndefined();
  });
});

function expression(operator: string, values?: readonly string[]): object {
  return { matchExpressions: [{ key: 'mirror', operator, ...(values !== undefined && { values }) }] };
}
