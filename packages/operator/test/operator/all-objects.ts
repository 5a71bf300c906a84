import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ControlPlane } from '@entrepot/control-plane';

const execute = promisify(execFile);

/** They end by themselves, or the API server and its controllers keep them for themselves. */
const passing = /^(Event|EndpointSlice|Lease kube-)/;

/** `Kind namespace/name` of every object of the cluster, of all kinds that can be listed. */
export async function allObjects({ kubectl, kubeconfig }: ControlPlane): Promise<readonly string[]> {
  const run = async (...words: string[]): Promise<string> =>
    (await execute(kubectl, ['--kubeconfig', kubeconfig, ...words], { maxBuffer: 1 << 26 })).stdout;
  const kinds = (await run('api-resources', '--verbs=list', '-o', 'name')).trim().split('\n');
  const line = '{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}';
  const lines = await run('get', kinds.join(','), '-A', '-o', `jsonpath={range .items[*]}${line}{end}`);
  return lines
    .trim()
    .split('\n')
    .filter((found) => !passing.test(found))
    .sort();
}
