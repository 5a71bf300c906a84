import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../settings/environment.ts';
import { ConnectionError, type Connection } from './connection.ts';
import { inClusterConnection } from './in-cluster.ts';
import { kubeconfigConnection } from './kubeconfig.ts';

/**
 * The first of: the file that KUBECONFIG names, ~/.kube/config, the pod's service account.
 *
 * @throws ConnectionError when there is none, or the first one cannot be used
 */
export async function loadConnection(environment: Environment): Promise<Connection> {
  const named = environment['KUBECONFIG']?.split(':').filter((path) => path !== '') ?? [];
  for (const path of named.length > 0 ? named : [join(environment['HOME'] ?? homedir(), '.kube', 'config')]) {
    if (await isReadable(path)) return kubeconfigConnection(path);
  }
  const connection = inClusterConnection(environment);
  if (connection === undefined) throw new ConnectionError('no kubeconfig is there, and this is not a pod');
  return connection;
}

async function isReadable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
