import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkMap } from './check-map.ts';
import { inClusterMap } from './in-cluster-map.ts';
import { defaultMapStateFile } from './map-state.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The time-out of probes that say none, in milliseconds since the program started, less what it takes to end. */
const probeLimitMs = 800;
/** On a machine that is this slow, the probe takes its chance. */
const shortestLimitMs = 200;

const stateFileFlag = '--imageswap-map-state-file';
/**
 * The flags that a probe may have beside `--map-check`, and their values. All but the last say nothing about what is checked:
 * where the map is stands in the note. A value that is not of the form is for the whole program, which says what it wants.
 */
const flags: ReadonlyMap<string, RegExp> = new Map([
  ['--namespace', /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/],
  ['--addressing-scheme', /^(hostess|services|imageswap)$/],
  ['--imageswap-namespace', /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/],
  ['--imageswap-map-separator', /^::?$/],
  [stateFileFlag, /^\/.*[^/]$/],
]);

/** What the probe needs to know. */
export interface Probe {
  readonly host: string;
  readonly port: string;
  /** Where the operator noted what it wrote. */
  readonly file: string;
}

/** The liveness probe `operator --map-check` in a pod that a command line asks for; undefined where the whole program is asked. */
export function askedProbe(words: readonly string[], environment: Environment): Probe | undefined {
  const given = givenFlags(words);
  if (given === undefined) return undefined;
  // The order in which the whole program looks for its cluster.
  if (environment['KUBECONFIG'] || existsSync(join(homedir(), '.kube/config'))) return undefined;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) return undefined;
  const file = given.get(stateFileFlag) ?? (environment['IMAGESWAP_MAP_STATE_FILE'] || defaultMapStateFile);
  return { host, port, file };
}

/** The flags beside `operator --map-check`; undefined where there is anything else. */
function givenFlags([command, ...words]: readonly string[]): ReadonlyMap<string, string> | undefined {
  const given = new Map<string, string>();
  const rest = words.flatMap((word) =>
    word.startsWith('--') && word.includes('=') ? splitAtFirst(word, '=') : [word],
  );
  if (command !== 'operator' || !rest.includes('--map-check')) return undefined;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (word === '--map-check') continue;
    at += 1;
    const value = rest[at] ?? '';
    if (flags.get(word)?.test(value) !== true) return undefined;
    given.set(word, value);
  }
  return given;
}

function splitAtFirst(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * `entrepot operator --map-check` in a pod, on its own: started every few seconds with a time-out of one, it loads next to
 * nothing. What it says and its exit code are those of the whole program.
 */
export async function probe({ host, port, file }: Probe, say: (text: string) => void): Promise<number> {
  const limitMs = Math.max(shortestLimitMs, probeLimitMs - Math.ceil(performance.now()));
  const { isAsWritten, message } = await checkMap(file, inClusterMap(host, port), AbortSignal.timeout(limitMs));
  say(isAsWritten ? `${message}\n` : `entrepot: ${message}\n`);
  return isAsWritten ? 0 : 1;
}
