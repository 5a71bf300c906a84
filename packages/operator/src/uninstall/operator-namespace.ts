import { ApiError, labelSelector, type GroupVersionKind, type KubeClient } from '@entrepot/kube';
import { operatorName, operatorSelector } from '../chart/values-schema.ts';
import { FailedError } from '../cli/exit.ts';
import { allMirrors } from './delete-mirrors.ts';
import { hasOwnObjects } from './remains.ts';

const Deployment: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };

/**
 * Mirrors belong to no namespace, so one that was mistaken would let go all of them under an operator that goes on elsewhere.
 *
 * @throws FailedError where mirrors are there, but neither an operator in this namespace nor anything that one made there
 */
export async function requireOperator(client: KubeClient, namespace: string, signal: AbortSignal): Promise<void> {
  if ((await client.get(Deployment, { namespace, name: operatorName }, signal)) !== undefined) return;
  if (await hasOwnObjects(client, namespace, signal)) return;
  if ((await allMirrors(client, signal)).length === 0) return;
  throw new FailedError(
    `no operator is in namespace ${namespace}, but RegistryMirrors are in the cluster: nothing was deleted. ${wayOut(await namespacesOfOperators(client, signal))}`,
  );
}

/** Undefined where that may not be seen. */
async function namespacesOfOperators(client: KubeClient, signal: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const { items } = await client.list(Deployment, { labelSelector: labelSelector(operatorSelector) }, signal);
    return items.flatMap(({ metadata: { name, namespace } }) =>
      name === operatorName && namespace !== undefined ? [namespace] : [],
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

function wayOut(namespaces: readonly string[] | undefined): string {
  if (namespaces === undefined) return "Repeat this with the operator's namespace: --namespace.";
  const [first] = namespaces;
  if (first === undefined) {
    return 'None is in any other namespace, and without one nodes do not forget mirrors: install it again, then repeat this.';
  }
  return `An operator is in namespace ${namespaces.join(', ')}: repeat this with --namespace ${first}.`;
}
