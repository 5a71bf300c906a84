import { loadConnection, type ClusterConnection } from '@entrepot/kube';
import { FailedError } from './cli/exit.ts';
import { messageOf } from './message-of.ts';

/** The cluster that a command line names; what it leaves out is looked for as kubectl does. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** @throws FailedError when there is no such cluster */
export async function connect(cluster: ClusterOptions): Promise<ClusterConnection> {
  try {
    return await loadConnection(cluster);
  } catch (error) {
    throw new FailedError(`the cluster cannot be found: ${messageOf(error)}`, { cause: error });
  }
}
