import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkMap } from './check-map.ts';
import { inClusterMap } from './in-cluster-map.ts';
import { defaultMapStateFile } from './map-state.ts';
import { schemeProblem } from './map-scheme.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The time-out of probes that say none, in milliseconds since the program started, less what it takes to end. */
const probeLimitMs = 800;
/** On a machine that is this slow, the probe takes its chance. */
const shortestLimitMs = 200;

/** Whether a command line is the liveness probe `operator --map-check` in a pod; anything more is for the whole program. */
export function isProbe(words: readonly string[], environment: Environment): boolean {
  const [command, flag, ...more] = words;
  if (command !== 'operator' || flag !== '--map-check' || more.length > 0) return false;
  // The order in which the whole program looks for its cluster.
  if (environment['KUBECONFIG'] || existsSync(join(homedir(), '.kube/config'))) return false;
  return Boolean(environment['KUBERNETES_SERVICE_HOST'] && environment['KUBERNETES_SERVICE_PORT']);
}

/**
 * `entrepot operator --map-check` in a pod, on its own: started every few seconds with a time-out of one, it loads next to
 * nothing. What it says and its exit code are those of the whole program.
 */
export async function probe(environment: Environment, say: (text: string) => void): Promise<number> {
  const problem = schemeProblem('--map-check', environment['ADDRESSING_SCHEME'] || 'hostess');
  if (problem !== undefined) {
    say(`entrepot: ${problem}\n`);
    return 1;
  }
  const file = environment['IMAGESWAP_MAP_STATE_FILE'] || defaultMapStateFile;
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = environment;
  const limitMs = Math.max(shortestLimitMs, probeLimitMs - Math.ceil(performance.now()));
  const { isAsWritten, message } = await checkMap(file, inClusterMap(host, port), AbortSignal.timeout(limitMs));
  say(isAsWritten ? `${message}\n` : `entrepot: ${message}\n`);
  return isAsWritten ? 0 : 1;
}
