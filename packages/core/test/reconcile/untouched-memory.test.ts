import type { KubernetesObject } from '@entrepot/kube';
import { expect, test } from 'vitest';
import { UntouchedNodes } from '../../src/reconcile/untouched-nodes.ts';
import { registryMirror } from '../support/mirrors.ts';
import { testSettings } from '../support/settings.ts';

const quay = registryMirror('quay', { upstreamUrl: 'quay.io' });
const readyAgents: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'registry-mirror-quay-utils' },
  status: { numberReady: 1 },
};

test.each<{ title: string; mirror: KubernetesObject; between: (nodes: UntouchedNodes) => unknown; known: boolean }>([
  { title: 'is known until the informer shows it', mirror: quay, between: () => undefined, known: true },
  {
    title: 'is not what was known of another mirror of that name',
    mirror: { ...quay, metadata: { ...quay.metadata, uid: 'another' } },
    between: () => undefined,
    known: false,
  },
  {
    title: 'is not what was known before others may have made agents',
    mirror: quay,
    between: (nodes) => nodes.forgetAll(),
    known: false,
  },
  {
    title: 'is not known any more after an agent was ready',
    mirror: quay,
    between: (nodes) => nodes.known(quay, readyAgents),
    known: false,
  },
])('that no agent of a mirror was ever started $title', ({ mirror, between, known }) => {
  const nodes = new UntouchedNodes({
    state: { get: () => readyAgents, list: () => [] },
    settings: testSettings(),
    finalizer: { isOn: () => true },
  });
  nodes.remember(quay, true);
  between(nodes);
  expect(nodes.areOf(mirror, undefined)).toBe(known);
});
