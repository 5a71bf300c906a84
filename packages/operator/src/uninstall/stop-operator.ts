import { isNotFound, labelSelector, type GroupVersionKind, type KubeClient } from '@entrepot/kube';
import { operatorName, operatorSelector } from '../chart/values-schema.ts';

const Deployment: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };
const Pod: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };

/**
 * Asks the operator's Deployment, if there is one, for no pods: what is deleted after that, nobody makes again.
 *
 * @returns whether there is one
 */
export async function stopOperator(client: KubeClient, namespace: string, signal: AbortSignal): Promise<boolean> {
  try {
    const options = { type: 'merge', fieldManager: 'entrepot-uninstall' } as const;
    await client.patch(Deployment, { namespace, name: operatorName }, { spec: { replicas: 0 } }, options, signal);
    return true;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return false;
  }
}

/** The operator's pods that are still there; undefined when none is. */
export async function runningOperators(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { items } = await client.list(Pod, { namespace, labelSelector: labelSelector(operatorSelector) }, signal);
  return items.length === 0 ? undefined : `ending: ${items.map(({ metadata }) => metadata.name).join(', ')}`;
}
