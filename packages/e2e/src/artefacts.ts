import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './cluster/cluster.ts';

/** What is asked of the API server, by the file it goes to. */
const questions: Readonly<Record<string, readonly string[]>> = {
  'events.txt': ['get', 'events', '-A', '--sort-by=.lastTimestamp'],
  'pods.txt': ['get', 'pods', '-A', '-o', 'wide'],
  'pods-described.txt': ['describe', 'pods', '-A'],
  'mirrors.yaml': ['get', 'registrymirrors', '-o', 'yaml'],
  'workloads.yaml': [
    'get',
    'deployments,statefulsets,daemonsets,services,poddisruptionbudgets,networkpolicies,pvc',
    '-A',
    '-o',
    'yaml',
  ],
};

/**
 * Puts into a folder what tells why something failed on the cluster: logs of all pods, journals of the nodes, events, and
 * the objects. What cannot be had is replaced by the reason.
 */
export async function collectArtefacts(cluster: Cluster, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const asked = Object.entries(questions).map(async ([file, question]) => {
    await writeFile(join(folder, file), await cluster.kubectl(question).catch(String));
  });
  const exported = cluster.exportLogs(join(folder, 'nodes')).catch(async (error: unknown) => {
    await writeFile(join(folder, 'nodes.txt'), String(error));
  });
  await Promise.all([...asked, exported]);
}
