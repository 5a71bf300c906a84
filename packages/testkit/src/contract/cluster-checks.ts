import { startControlPlane } from '@entrepot/control-plane';
import { ConfigMap, type TextBlock } from '@entrepot/core';
import { applyTextBlock, describe, KubeClient, loadConnection, type KubernetesObject } from '@entrepot/kube';
import { demand, type Check } from './check.ts';
import { objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';

const foreignText = '# written by hand\nkey: value\n';
const fieldManager = 'entrepot';

/** The rules that only a real API server can judge. One is started when there is something to apply, and stopped again. */
export const clusterChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'applies cleanly to a real API server',
    async run(subject) {
      const plan = planFor(subject);
      const [objects, blocks] = [objectsOf(plan), textBlocksOf(plan)];
      if (objects.length + blocks.length === 0) return;
      const namespaces = [...objects.map(({ metadata }) => metadata), ...blocks.map(({ configMap }) => configMap)];
      await withCluster(
        namespaces.map(({ namespace }) => namespace),
        subject.prerequisites,
        async (client) => {
          for (const object of objects) await applyTwice(client, object);
          for (const block of blocks) await writeAndRemove(client, block);
        },
      );
    },
  },
];

async function applyTwice(client: KubeClient, object: KubernetesObject): Promise<void> {
  const first = await client.apply(object, { fieldManager }).catch((error: unknown) => {
    throw new Error(`the API server refuses ${describe(object)}: ${String(error)}`, { cause: error });
  });
  const second = await client.apply(object, { fieldManager });
  demand(
    first.metadata.resourceVersion === second.metadata.resourceVersion,
    `applying ${describe(object)} again changes it; write values in the form in which the API server keeps them`,
  );
}

async function writeAndRemove(client: KubeClient, block: TextBlock): Promise<void> {
  const { configMap, key, marker } = block;
  const text = async (): Promise<unknown> => {
    const live = await client.get(ConfigMap, configMap);
    return live === undefined ? undefined : Object.entries(live['data'] ?? {}).find(([name]) => name === key)?.[1];
  };
  const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata: configMap, data: { [key]: foreignText } };
  if ((await client.get(ConfigMap, configMap)) === undefined) await client.create(foreign);
  const before = await text();
  await applyTextBlock(client, block);
  demand((await applyTextBlock(client, block)) === 'unchanged', `writing block ${marker} again changes the text`);
  await applyTextBlock(client, { ...block, content: '' });
  demand((await text()) === before, `removing block ${marker} does not bring back the text of others`);
}

async function withCluster(
  namespaces: readonly (string | undefined)[],
  prerequisites: readonly KubernetesObject[],
  action: (client: KubeClient) => Promise<void>,
): Promise<void> {
  const cluster = await startControlPlane();
  const client = new KubeClient(await loadConnection({ kubeconfig: cluster.kubeconfig }));
  try {
    for (const name of new Set(namespaces.filter((namespace) => namespace !== undefined))) {
      await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager });
    }
    for (const object of prerequisites) await client.apply(object, { fieldManager });
    await action(client);
  } finally {
    await client.close();
    await cluster.stop();
  }
}
