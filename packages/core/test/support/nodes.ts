import { eventually } from '@entrepot/control-plane';
import type { KubernetesObject } from '@entrepot/kube';
import { expect } from 'vitest';
import { z } from 'zod';
import { Pod } from '../../src/api/group.ts';
import { DaemonSet, RegistryMirror } from '../../src/index.ts';
import { heldNodeState } from '../../src/plan/held-node-state.ts';
import type { Cluster } from './operator.ts';

/** What nodes have of the mirror of quay.io when nothing else is said. */
export const quay = ['mirror-quay.io', '/etc/docker/certs.d/mirror-quay.io'];

/** The live DaemonSet of a mirror. */
export async function agentOf(cluster: Cluster, mirror: string): Promise<KubernetesObject | undefined> {
  const key = { namespace: cluster.namespace, name: `registry-mirror-${mirror}-utils` };
  return cluster.client.get(DaemonSet, key);
}

/** What the live DaemonSet of a mirror keeps on nodes, and what it takes from them. */
export async function onNodes(
  cluster: Cluster,
  mirror: string,
): Promise<{ readonly kept: readonly string[]; readonly withdrawn: readonly string[] }> {
  const { kept, withdrawn } = heldNodeState(await agentOf(cluster, mirror), 'cluster.local');
  const texts = (states: typeof kept): readonly string[] =>
    states.map((state) => (state.kind === 'HostsEntry' ? state.hostname : state.directory));
  return { kept: texts(kept), withdrawn: texts(withdrawn) };
}

/** Makes a mirror and waits until its agents are on all of three nodes. */
export async function onThreeNodes(cluster: Cluster, name: string, spec: object): Promise<KubernetesObject> {
  const mirror = await cluster.mirror(name, spec);
  await eventually(async () => expect(await agentOf(cluster, name)).toBeDefined());
  await cluster.nodesAnswer(name, 3);
  await eventually(async () =>
    expect((await cluster.conditions(name))['Addressed']).toBe('True NodesReady: 3 of 3 nodes are prepared'),
  );
  return mirror;
}

/** What a mirror waits for when it is deleted. */
export async function finalizersOf(cluster: Cluster, name: string): Promise<readonly string[]> {
  return (await cluster.client.get(RegistryMirror, { name }))?.metadata.finalizers ?? [];
}

/**
 * Makes a pod of the mirror `quay`'s agents that never gets ready; returns its node, which no other test has: the pods of
 * a node that is missing for long are deleted.
 */
export async function unreadyAgent(cluster: Cluster): Promise<string> {
  const nodeName = `off-${cluster.namespace}`;
  await makeAgent(cluster, { nodeName });
  return nodeName;
}

/** The same, of an agent for which there is no room on its node. */
export async function unplacedAgent(cluster: Cluster): Promise<string> {
  const nodeName = `full-${cluster.namespace}`;
  const isNode = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] };
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [isNode] } };
  await makeAgent(cluster, { affinity: { nodeAffinity: required } });
  return nodeName;
}

/** Makes the pods of the mirror `quay`'s agents on so many nodes; returns these. */
export async function agentsOn(cluster: Cluster, count: number): Promise<readonly string[]> {
  const nodes = Array.from({ length: count }, (_, index) => `on-${index}-${cluster.namespace}`);
  for (const nodeName of nodes) {
    await makeAgent(cluster, { nodeName }, nodeName);
    await setAgent(cluster, nodeName, { conditions: [{ type: 'Ready', status: 'True' }] });
  }
  return nodes;
}

/** Says of one of these that it is not ready any more. */
export async function unready(cluster: Cluster, node: string): Promise<void> {
  await setAgent(cluster, node, { conditions: [{ type: 'Ready', status: 'False' }] });
}

async function setAgent({ client, namespace }: Cluster, name: string, status: object): Promise<void> {
  await client.patch(Pod, { namespace, name }, { status }, { type: 'merge', subresource: 'status' });
}

async function makeAgent({ client, namespace }: Cluster, spec: object, name = 'unready-agent'): Promise<void> {
  const labels = { app: 'docker-registry', mirror: 'quay', component: 'hostess-certificate' };
  await client.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: { ...spec, containers: [{ name: 'agent', image: 'agent' }], terminationGracePeriodSeconds: 0 },
  });
}

/** The same, of an agent whose first container was started. */
export async function strugglingAgent(cluster: Cluster): Promise<string> {
  const nodeName = await unreadyAgent(cluster);
  const container = { name: 'agent', image: 'agent', imageID: 'sha256:a', ready: false, restartCount: 3 };
  const status = { containerStatuses: [{ ...container, containerID: 'containerd://a', state: { waiting: {} } }] };
  await setAgent(cluster, 'unready-agent', status);
  return nodeName;
}

/** Ends the agent that one of these has made. */
export async function endAgent(cluster: Cluster): Promise<void> {
  await cluster.client.delete(Pod, { namespace: cluster.namespace, name: 'unready-agent' });
}

const eventShape = z.object({ type: z.string(), reason: z.string(), note: z.string() });

/** What Warning events say about an object. */
export async function warningsAbout(cluster: Cluster, { metadata }: KubernetesObject): Promise<readonly string[]> {
  const { items } = await cluster.client.list(
    { group: 'events.k8s.io', version: 'v1', kind: 'Event' },
    { namespace: 'default', fieldSelector: `regarding.uid=${metadata.uid}` },
  );
  const events = items.map((event) => eventShape.parse(event)).filter(({ type }) => type === 'Warning');
  return events.map(({ reason, note }) => `${reason}: ${note}`);
}
