import type { KubeClient } from '@entrepot/kube';
import { operatorName } from '../chart/values-schema.ts';
import { FailedError } from '../cli/exit.ts';
import type { Host } from '../cli/host.ts';
import { claimsOf, deleteClaim, deleteOwnObjects } from './remains.ts';
import { deleteMirrors } from './delete-mirrors.ts';
import { runningOperators, stopOperator } from './stop-operator.ts';
import { waitUntil } from './wait-until.ts';

export interface UninstallOptions {
  /** The operator's. */
  readonly namespace: string;
  /** How long nodes are waited for. */
  readonly limitMs: number;
  readonly deletesClaims: boolean;
}

const podsLimitMs = 60_000;

/**
 * Takes away what an operator that runs has made: all mirrors, when nodes have forgotten them; then the operator is stopped, and
 * what it keeps for itself is deleted. Can be repeated at any time.
 *
 * @throws FailedError that says what is still there when the limit was reached
 */
export async function uninstall(client: KubeClient, options: UninstallOptions, host: Host): Promise<void> {
  const { namespace, limitMs, deletesClaims } = options;
  const { signal } = host;
  const say = (line: string): void => host.say(`${line}\n`);
  const left = await waitUntil(() => deleteMirrors(client, signal), { limitMs, onProgress: say }, signal);
  if (left !== undefined) throw new FailedError(mirrorsLeft(left, options));
  say('no RegistryMirror is there any more');

  await stopOperator(client, namespace, signal);
  const running = () => runningOperators(client, namespace, signal);
  const alive = await waitUntil(running, { limitMs: podsLimitMs, onProgress: say }, signal);
  if (alive !== undefined) throw new FailedError(`operators do not end; ${alive}`);
  const deleted = await deleteOwnObjects(client, namespace, signal);
  say(`the operator is stopped; deleted: ${deleted.join(', ') || 'nothing'}`);

  const claims = await claimsOf(client, namespace, signal);
  if (deletesClaims) for (const claim of claims) await deleteClaim(client, namespace, claim, signal);
  const names = claims.map(({ metadata }) => metadata.name);
  if (names.length > 0) say(aboutClaims(names, options));
}

function mirrorsLeft(left: string, { limitMs, namespace }: UninstallOptions): string {
  return `after ${limitMs / 1000} s, RegistryMirrors are still there:
${left}
Nothing else was taken away. The operator goes on with it while it runs (kubectl -n ${namespace} get deployment ${operatorName}),
and gives nodes up that do not answer within NODE_WITHDRAWAL_LIMIT. Repeat this later, or with a longer time.`;
}

function aboutClaims(claims: readonly string[], { namespace, deletesClaims }: UninstallOptions): string {
  if (deletesClaims) return `deleted claims: ${claims.join(', ')}`;
  return `claims stay, with what is cached; to delete them:
kubectl -n ${namespace} delete persistentvolumeclaims ${claims.join(' ')}`;
}
