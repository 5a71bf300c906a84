import { startControlPlane } from '@entrepot/control-plane';
import { ConfigMap, fieldManager, requiredRules, type TextBlock } from '@entrepot/core';
import {
  ApiError,
  applyTextBlock,
  describe,
  KubeClient,
  keyOf,
  kindOf,
  loadConnection,
  type KubernetesObject,
} from '@entrepot/kube';
import { demand, messageOf, type Check } from './check.ts';
import { rolesFor, untilGranted } from './operator-account.ts';
import { sampleSettings } from './sample-mirrors.ts';
import { objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';

const foreignText = '# written by hand\nkey: value\n';
const operator = 'operator-with-declared-rules';

/** The rules that only a real API server can judge. One is started when there is something to apply, and stopped again. */
export const clusterChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'applies cleanly to a real API server, with no more permissions than it declares',
    async run(subject) {
      const plan = planFor(subject);
      const [objects, blocks] = [objectsOf(plan), textBlocksOf(plan)];
      if (objects.length + blocks.length === 0) return;
      await withCluster(
        subject,
        [...objects.map(({ metadata }) => metadata), ...blocks.map(placeOf)],
        async (client) => {
          for (const object of objects) await applyTwice(client, object);
          for (const block of blocks) await writeAndRemove(client, block);
          for (const object of objects)
            await named(`delete ${describe(object)}`, client.delete(kindOf(object), keyOf(object)));
        },
      );
    },
  },
];

async function applyTwice(client: KubeClient, object: KubernetesObject): Promise<void> {
  const apply = () => named(`apply ${describe(object)}`, client.apply(object, { fieldManager }));
  const [first, second] = [await apply(), await apply()];
  demand(
    first.metadata.resourceVersion === second.metadata.resourceVersion,
    `applying ${describe(object)} again changes it; write values in the form in which the API server keeps them`,
  );
}

async function writeAndRemove(client: KubeClient, block: TextBlock): Promise<void> {
  const { configMap, key, marker } = block;
  const where = `${configMap.namespace}/${configMap.name}`;
  const text = async (): Promise<unknown> => {
    const live = await named(`read ConfigMap ${where}`, client.get(ConfigMap, configMap));
    return live === undefined ? undefined : Object.entries(live['data'] ?? {}).find(([name]) => name === key)?.[1];
  };
  const write = (written: TextBlock) =>
    named(`write block ${marker} into ConfigMap ${where}`, applyTextBlock(client, written, { fieldManager }));
  const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata: configMap, data: { [key]: foreignText } };
  if ((await text()) === undefined) await named(`create ConfigMap ${where}`, client.create(foreign));
  const before = await text();
  await write(block);
  demand((await write(block)) === 'unchanged', `writing block ${marker} again changes the text`);
  await write({ ...block, content: '' });
  demand((await text()) === before, `removing block ${marker} does not bring back the text of others`);
}

/** Says what was tried when the API server refuses it, and what to change when the permissions were too few. */
async function named<T>(what: string, request: Promise<T>): Promise<T> {
  return request.catch((error: unknown) => {
    const message = messageOf(error);
    const isForbidden = error instanceof ApiError && error.status === 403;
    throw new Error(
      isForbidden
        ? `the permissions that rules() declares do not allow to ${what}: ${message}; add to rules() what the API server misses`
        : `the API server refuses to ${what}: ${message}`,
      { cause: error },
    );
  });
}

function placeOf({ configMap }: TextBlock): { readonly namespace?: string } {
  return configMap;
}

/** Everything is done as a user who may do what the operator may with this strategy; only what it finds there is an administrator's. */
async function withCluster(
  { strategy, settings, prerequisites }: StrategySubject,
  places: readonly { readonly namespace?: string | undefined }[],
  action: (client: KubeClient) => Promise<void>,
): Promise<void> {
  const cluster = await startControlPlane();
  const connected = async (kubeconfig: string) => new KubeClient(await loadConnection({ kubeconfig }));
  const admin = await connected(cluster.kubeconfig);
  const client = await connected(await cluster.kubeconfigFor(operator));
  try {
    const rules = requiredRules(sampleSettings, [{ strategy, settings }]);
    const namespaces = [...places, ...rules, ...prerequisites.map(({ metadata }) => metadata)].flatMap(
      ({ namespace }) => namespace ?? [],
    );
    for (const name of new Set(namespaces)) {
      await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager });
    }
    for (const object of [...prerequisites, ...rolesFor(operator, rules)]) await admin.apply(object, { fieldManager });
    await untilGranted(client, rules);
    await action(client);
  } finally {
    await Promise.all([admin.close(), client.close()]);
    await cluster.stop();
  }
}
