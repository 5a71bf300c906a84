import { run } from '../../src/cli/run.ts';
import type { TestCluster } from '../operator/test-cluster.ts';
import { fixtures, type Ended } from './run-program.ts';

/** Runs a command against a cluster, in this process; `onLine` hears each line as it is said. */
export async function runHere(
  cluster: TestCluster,
  namespace: string,
  words: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<Ended> {
  let said = '';
  const code = await run([...words, '--kubeconfig', cluster.plane.kubeconfig], {
    environment: { NAMESPACE: namespace },
    folder: fixtures,
    signal: AbortSignal.timeout(200_000),
    readStdin: () => Promise.resolve(new Uint8Array()),
    out: () => {},
    say: (text) => {
      said += text;
      onLine(text);
    },
  });
  return { code, out: '', said };
}
