import { eventually } from '@entrepot/control-plane';
import { systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RegistryMirror } from '../../src/index.ts';
import { fastClock } from '../support/fast-clock.ts';
import { agentOf, endAgent, onNodes, onThreeNodes, quay, strugglingAgent, unreadyAgent } from '../support/nodes.ts';
import { Cluster } from '../support/operator.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

/** Pods are listed when nothing has happened for ten seconds: for this operator, that is one. */
const operator = async () => cluster.operator(undefined, {}, { clock: fastClock });

const isUntouched = async (): Promise<unknown> => (await cluster.status('quay'))['nodesUntouched'];

/** Makes a mirror whose agents are on no node: pods are there or not, but none is ready. */
async function onNoNode(): Promise<void> {
  await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
  await eventually(async () => expect(await agentOf(cluster, 'quay')).toBeDefined());
  await cluster.nodesAnswer('quay', 0, 3);
  await eventually(async () => {
    expect((await cluster.conditions('quay'))['Addressed']).toMatch(/^False NodesPending: 0 of 3 nodes are prepared/);
  });
}

/** Asks for the mirror's deletion; the DaemonSet's controller has seen that agents are to take everything away. */
async function askForDeletion(): Promise<void> {
  await beginDeletion();
  await cluster.nodesAnswer('quay', 0, 3);
}

async function beginDeletion(): Promise<void> {
  await cluster.client.delete(RegistryMirror, { name: 'quay' });
  await eventually(async () => expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay }));
}

const withdrawn = async (): Promise<string | undefined> => (await cluster.conditions('quay'))['Withdrawn'];
/** The operator has seen which agent is not ready; whoever waits for no node lets go at that moment. */
const waitingFor = (node: string): string => `; not ready: ${node}; waits until `;

describe('a mirror whose agents never started', () => {
  test.each([
    { title: 'since no pod of theirs can be made', makeAgents: async () => undefined },
    { title: 'since their image is not to be had', makeAgents: async () => unreadyAgent(cluster) },
  ])('$title is deleted without waiting for nodes, which have nothing of it', async ({ makeAgents }) => {
    const first = await operator();
    await onNoNode();
    await makeAgents();
    expect(await isUntouched()).toBe(true);
    await first.stop();
    await operator();
    await askForDeletion();
    await eventually(async () => expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined());
  });

  test('is known by that also where the first of them could not be made', async () => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: cluster.namespace } };
    await cluster.client.create({ ...quota, spec: { hard: { 'count/daemonsets.apps': '0' } } });
    await operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await eventually(async () => expect((await cluster.conditions('quay'))['Addressed']).toMatch(/^False /));
    await eventually(async () => expect(await isUntouched()).toBe(true));
  });

  test('is not taken for one when agents are ready and nobody may touch them: its spec is wrong by now', async () => {
    const first = await operator();
    await onNoNode();
    expect(await isUntouched()).toBe(true);
    await first.stop();
    await cluster.nodesAnswer('quay', 3);
    await cluster.client.patch(
      RegistryMirror,
      { name: 'quay' },
      { spec: { addressing: [{ type: 'magic' }] } },
      { type: 'merge' },
    );
    await operator();
    await eventually(async () => expect((await cluster.conditions('quay'))['Ready']).toMatch(/^False InvalidSpec/));
    expect(await isUntouched()).toBeUndefined();
  });

  test('has none any more when nobody is to be sent to it, and needs no finalizer then', async () => {
    await operator();
    await onNoNode();
    await cluster.client.patch(RegistryMirror, { name: 'quay' }, { spec: { addressing: [] } }, { type: 'merge' });
    await eventually(async () => expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay }));
    await cluster.nodesAnswer('quay', 0, 3);
    await eventually(async () => {
      expect(await agentOf(cluster, 'quay')).toBeUndefined();
      expect(await withdrawn()).toMatch(/^True NodesDone: /);
      expect(await isUntouched()).toBeUndefined();
    });
  });
});

describe('a mirror that is deleted while its agents cannot start', () => {
  test('waits for its nodes where they were ready before', async () => {
    const first = await operator();
    await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
    expect(await isUntouched()).toBeUndefined();
    await cluster.nodesAnswer('quay', 0, 3);
    await first.stop();
    const node = await unreadyAgent(cluster);
    await operator();
    await askForDeletion();
    await eventually(async () => expect(await withdrawn()).toContain(waitingFor(node)));
  });

  test('waits for its nodes where one was started and never got ready, though its pod is another one now', async () => {
    const first = await operator();
    await onNoNode();
    await strugglingAgent(cluster);
    await eventually(async () => expect(await isUntouched()).toBeUndefined());
    await first.stop();
    await endAgent(cluster);
    const node = await unreadyAgent(cluster);
    await operator();
    await askForDeletion();
    await eventually(async () => expect(await withdrawn()).toContain(waitingFor(node)));
  });

  test('waits for its nodes where one was started since pods were listed, though its pod is another one now', async () => {
    await operator();
    await onNoNode();
    await systemClock.sleep(1_500);
    const node = await strugglingAgent(cluster);
    await beginDeletion();
    await endAgent(cluster);
    await unreadyAgent(cluster);
    await cluster.nodesAnswer('quay', 0, 3);
    await eventually(async () => expect(await withdrawn()).toContain(waitingFor(node)));
  });

  test('waits for its nodes where one starts in the last moment', async () => {
    await operator();
    await onNoNode();
    await beginDeletion();
    const node = await strugglingAgent(cluster);
    await cluster.nodesAnswer('quay', 0, 3);
    await eventually(async () => expect(await withdrawn()).toContain(waitingFor(node)));
  });

  test('waits for its nodes where nobody knows whether any was started: an older operator made them', async () => {
    const first = await operator();
    await onNoNode();
    await first.stop();
    const patch = { status: { nodesUntouched: null } };
    await cluster.client.patch(RegistryMirror, { name: 'quay' }, patch, { type: 'merge', subresource: 'status' });
    const node = await unreadyAgent(cluster);
    await operator();
    await askForDeletion();
    await eventually(async () => expect(await withdrawn()).toContain(waitingFor(node)));
  });
});
