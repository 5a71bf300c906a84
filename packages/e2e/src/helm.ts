import { fileURLToPath } from 'node:url';
import { helmProgram } from '@entrepot/control-plane';
import type { Cluster } from './cluster/cluster.ts';
import { runProgram } from './run-program.ts';

/** The chart of this checkout. */
export const chartFolder = fileURLToPath(new URL('../../../charts/entrepot', import.meta.url));

/** Runs the real Helm on a cluster and returns what it prints; the file `-` holds the values. */
export async function helm(cluster: Cluster, words: readonly string[], values: object = {}): Promise<string> {
  const where = ['--kubeconfig', cluster.address.kubeconfig];
  return runProgram(await helmProgram(), [...words, ...where], { input: JSON.stringify(values) });
}
