import { readdir, readFile } from 'node:fs/promises';
import { get as getHttp } from 'node:http';
import type { KubeClient, KubernetesObject } from '@entrepot/kube';
import { namespace } from './objects.ts';

interface ContainerView {
  readonly name: string;
  readonly restartCount: number;
  readonly state: { readonly waiting?: { readonly reason: string; readonly message: string } };
  readonly lastState: { readonly terminated?: { readonly exitCode: number; readonly reason: string } };
}

/** The status of a pod's container; in most pods it is called `main`. */
export async function containerOf(
  client: KubeClient,
  name: string,
  container = 'main',
): Promise<ContainerView | undefined> {
  type PodView = KubernetesObject & { status?: { containerStatuses?: readonly ContainerView[] } };
  const pod = await client.get<PodView>({ group: '', version: 'v1', kind: 'Pod' }, { namespace, name });
  return pod?.status?.containerStatuses?.find((status) => status.name === container);
}

export async function clusterIP(client: KubeClient, name: string): Promise<string> {
  const kind = { group: '', version: 'v1', kind: 'Service' };
  const service = await client.get<KubernetesObject & { spec: { clusterIP: string } }>(kind, { namespace, name });
  return service?.spec.clusterIP ?? '';
}

/** The body of the answer on port 80. */
export function get(host: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = getHttp({ host, path, agent: false, timeout: 2_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer'))).on('error', reject);
  });
}

/** Command lines of other processes of this machine that contain the text. */
export async function processesNaming(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(text));
}
