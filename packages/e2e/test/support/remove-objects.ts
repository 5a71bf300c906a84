import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';

/** Takes away objects of the operator's namespace, such as `secret/login`, or of none; done when they are gone. */
export async function removeObjects(cluster: Cluster, ...objects: readonly string[]): Promise<void> {
  await cluster.kubectl(['-n', namespace, 'delete', ...objects, '--ignore-not-found', '--timeout=180s']);
}
