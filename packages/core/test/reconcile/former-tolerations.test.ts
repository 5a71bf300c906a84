import { eventually } from '@entrepot/control-plane';
import { type KubernetesObject, systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { RegistryMirror, type Toleration } from '../../src/index.ts';
import { fastClock } from '../support/fast-clock.ts';
import {
  agentOf,
  agentsOn,
  onNodes,
  onThreeNodes,
  quay,
  unready,
  unreadyAgent,
  warningsAbout,
} from '../support/nodes.ts';
import { Cluster, type Operator } from '../support/operator.ts';

const everywhere: readonly Toleration[] = [{ operator: 'Exists' }];
const agentShape = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ tolerations: z.array(z.unknown()).default([]) }) }),
  }),
});

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const operatorBy = async (nodeAgentTolerations: readonly Toleration[]): Promise<Operator> =>
  cluster.operator(undefined, { nodeAgentTolerations }, { clock: fastClock });

const tolerated = async (): Promise<readonly unknown[]> =>
  agentShape.parse(await agentOf(cluster, 'quay')).spec.template.spec.tolerations;

const addressed = async (): Promise<string | undefined> => (await cluster.conditions('quay'))['Addressed'];

/** Makes a mirror with agents on three nodes; then the operator's owner lets them on two of these only. */
async function narrowed(): Promise<{ readonly mirror: KubernetesObject; readonly operator: Operator }> {
  const before = await operatorBy(everywhere);
  const mirror = await onThreeNodes(cluster, 'quay', { upstreamUrl: 'quay.io' });
  await before.stop();
  const operator = await operatorBy([]);
  await eventually(async () => expect(await tolerated()).toEqual([]));
  await cluster.nodesAnswer('quay', 2);
  await eventually(async () =>
    expect(await addressed()).toBe(
      'True NodesReady: 2 of 2 nodes are prepared; nodes whose taints are tolerated no more keep what agents wrote there, until the mirror goes',
    ),
  );
  return { mirror, operator };
}

async function askForDeletion(): Promise<void> {
  await cluster.client.delete(RegistryMirror, { name: 'quay' });
  await eventually(async () => expect(await onNodes(cluster, 'quay')).toEqual({ kept: [], withdrawn: quay }));
}

const isGone = async (): Promise<void> =>
  eventually(async () => expect(await cluster.client.get(RegistryMirror, { name: 'quay' })).toBeUndefined());

test('a mirror that is deleted is taken from every node that had an agent before tolerations were narrowed', async () => {
  const { mirror } = await narrowed();
  await askForDeletion();
  expect(await tolerated()).toEqual(everywhere);
  await cluster.nodesAnswer('quay', 3);
  await isGone();
  expect(await warningsAbout(cluster, mirror)).toEqual([]);
});

test('of these nodes, one on which no agent gets ready is named, and the others alone are waited for', async () => {
  const { mirror } = await narrowed();
  await agentsOn(cluster, 2);
  await askForDeletion();
  const off = await unreadyAgent(cluster);
  const isWaiting = async (ready: number): Promise<void> => {
    await cluster.nodesAnswer('quay', ready, 3);
    await eventually(async () =>
      expect((await cluster.conditions('quay'))['Withdrawn']).toContain(
        `${ready} of 3 nodes are done; not ready: ${off}; waits until `,
      ),
    );
  };
  await isWaiting(2);
  await isGone();
  expect(await warningsAbout(cluster, mirror)).toEqual([
    `NodesLeftBehind: RegistryMirror quay: ${off} did not answer in time and may still have name mirror-quay.io, /etc/docker/certs.d/mirror-quay.io: remove that by hand when they are back`,
  ]);
});

test('a node that is to have an agent is waited for, though as many others are done', async () => {
  await narrowed();
  const [off = ''] = await agentsOn(cluster, 2);
  await askForDeletion();
  await unready(cluster, off);
  await cluster.nodesAnswer('quay', 2, 3);
  const withdrawn = async () => (await cluster.conditions('quay'))['Withdrawn'];
  await eventually(async () => expect(await withdrawn()).toContain(`2 of 3 nodes are done; not ready: ${off}; `));
  // Nodes that are not to have one are given up after half a minute: for this operator, that is three seconds.
  await systemClock.sleep(4_000);
  expect(await withdrawn()).toContain(`not ready: ${off}; waits until `);
});

test('nothing is said of nodes whose taints are tolerated again', async () => {
  const { operator } = await narrowed();
  await operator.stop();
  await operatorBy([{ key: 'other', operator: 'Exists' }, ...everywhere]);
  await eventually(async () => {
    await cluster.nodesAnswer('quay', 3);
    expect(await addressed()).toBe('True NodesReady: 3 of 3 nodes are prepared');
  });
});
