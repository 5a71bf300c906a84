import { systemClock, type KubeClient } from '@entrepot/kube';
import { operatorName } from '../chart/values-schema.ts';
import { FailedError } from '../cli/exit.ts';
import type { Host } from '../cli/host.ts';
import { claimsOf, deleteClaim, deleteOwnObjects } from './remains.ts';
import { deleteMirrors } from './delete-mirrors.ts';
import { requireOperator } from './operator-namespace.ts';
import { runningOperators, stopOperator } from './stop-operator.ts';
import { waitUntil, type Waiting } from './wait-until.ts';

/** What is taken away, and how long that may take. */
export interface UninstallOptions {
  /** The operator's. */
  readonly namespace: string;
  /** How long all of it may take; nodes are what is waited for longest. */
  readonly limitMs: number;
  /** Whether the claims of mirrors go as well. */
  readonly deletesClaims: boolean;
  /** Whether only what came of it is told, not what is waited for. */
  readonly isQuiet: boolean;
}

/** Without a finalizer, a mirror goes at once. */
const lateLimitMs = 5_000;

/**
 * Takes away what an operator that runs has made: all mirrors, when nodes have forgotten them; then the operator is stopped, and
 * what it keeps for itself is deleted. Can be repeated at any time.
 *
 * @throws FailedError that says what is still there when the limit was reached, or that the namespace is not the operator's
 */
export async function uninstall(client: KubeClient, options: UninstallOptions, host: Host): Promise<void> {
  const { namespace, limitMs, isQuiet } = options;
  const { signal } = host;
  const say = (line: string): void => host.say(`${line}\n`);
  const waiting: Waiting = { endMs: systemClock.elapsedMs() + limitMs, onProgress: isQuiet ? () => {} : say };
  const check = async (): Promise<undefined> => {
    await requireOperator(client, namespace, signal);
  };
  const unchecked = await waitUntil(check, waiting, signal);
  if (unchecked !== undefined) throw new FailedError(`nothing was deleted; ${unchecked}`);

  const mirrors = () => deleteMirrors(client, signal);
  const left = await waitUntil(mirrors, waiting, signal);
  if (left !== undefined) throw new FailedError(mirrorsLeft(left, options));
  say('no RegistryMirror is there any more');

  let isThere = false;
  const operators = async () => {
    isThere = await stopOperator(client, namespace, signal);
    return runningOperators(client, namespace, signal);
  };
  const alive = await waitUntil(operators, waiting, signal);
  if (alive !== undefined) throw new FailedError(`operators do not end; ${alive}`);

  // The operator may have begun with a mirror that was made meanwhile; the definition could not be deleted then.
  const late = await waitUntil(mirrors, { ...waiting, endMs: systemClock.elapsedMs() + lateLimitMs }, signal);
  if (late !== undefined) throw new FailedError(mirrorsCame(late, options));

  const stopped = isThere ? 'the operator is stopped' : `no operator is in namespace ${namespace}`;
  for (const line of await takeRemains(client, stopped, options, waiting, signal)) say(line);
}

/**
 * @returns what was done
 * @throws FailedError when the API server does not take it in time
 */
async function takeRemains(
  client: KubeClient,
  stopped: string,
  options: UninstallOptions,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { namespace, deletesClaims } = options;
  const deleted = new Set<string>();
  const claims = new Set<string>();
  const remains = async (): Promise<undefined> => {
    await deleteOwnObjects(client, namespace, (what) => deleted.add(what), signal);
    for (const claim of await claimsOf(client, namespace, signal)) {
      if (deletesClaims) await deleteClaim(client, namespace, claim, signal);
      claims.add(claim.metadata.name);
    }
  };
  const failure = await waitUntil(remains, waiting, signal);
  if (failure !== undefined) throw new FailedError(`${stopped}, but not all is deleted; ${failure}`);
  const done = `${stopped}; deleted: ${[...deleted].join(', ') || 'nothing'}`;
  return claims.size === 0 ? [done] : [done, aboutClaims([...claims], options)];
}

/** In one line, as all that is told at the end: Helm writes what a hook says into one. */
function mirrorsLeft(left: string, { limitMs }: UninstallOptions): string {
  return `after ${limitMs / 1000} s, RegistryMirrors are still there: ${someOf(left)}. Nothing else was taken away. The operator goes on while it runs, and gives up nodes that do not answer within NODE_WITHDRAWAL_LIMIT: repeat this later. To see more: kubectl describe registrymirrors`;
}

function mirrorsCame(late: string, { namespace }: UninstallOptions): string {
  return `RegistryMirrors came while the operator was being stopped, and nobody makes nodes forget them any more: ${someOf(late)}. Start it again, then repeat this: kubectl -n ${namespace} scale deployment ${operatorName} --replicas=1`;
}

/** The first of what is missing, one a line, and how many more there are: mostly they wait for the same nodes. */
function someOf(missing: string): string {
  const [first = '', ...more] = missing.split('\n');
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

function aboutClaims(claims: readonly string[], { namespace, deletesClaims }: UninstallOptions): string {
  if (deletesClaims) return `deleted claims: ${claims.join(', ')}`;
  return `claims stay, with what is cached; to delete them: kubectl -n ${namespace} delete persistentvolumeclaims ${claims.join(' ')}`;
}
