import { poll } from '@entrepot/control-plane';
import type { GroupVersionKind, KubeClient, ObjectKey } from '@entrepot/kube';
import { benchUser, type BenchCluster, operatorUser } from './bench-cluster.ts';

/** An object that the operator is expected to write. */
export interface ExpectedWrite {
  readonly kind: GroupVersionKind;
  /** The kind's name in paths. */
  readonly resource: string;
  readonly key: ObjectKey;
}

/**
 * Does something to the cluster and says how long the operator took to answer by writing an object: from the moment the API
 * server got our request to the moment it had answered the operator's, by the API server's own clock.
 *
 * @param disturb makes one request, by a client of {@link benchUser}
 */
export async function answerMs(
  { audit, client }: BenchCluster,
  { kind, resource, key }: ExpectedWrite,
  disturb: () => Promise<unknown>,
): Promise<number> {
  const before = await versionOf(client, kind, key);
  const since = Date.now() - 1;
  await disturb();
  const isWritten = async (): Promise<boolean> => {
    const now = await versionOf(client, kind, key);
    return now !== undefined && now !== before;
  };
  await poll(`${kind.kind} ${key.name} to be written`, isWritten, { deadlineMs: 30_000, everyMs: 100 });
  const [asked] = await audit.requestsOf(benchUser, since);
  const answers = await audit.requestsOf(operatorUser, since);
  const answer = answers.find((request) => request.resource === resource && request.name === key.name);
  if (asked === undefined || answer === undefined) throw new Error(`no trace of ${kind.kind} ${key.name} in the log`);
  return answer.untilMs - asked.fromMs;
}

async function versionOf(client: KubeClient, kind: GroupVersionKind, key: ObjectKey): Promise<string | undefined> {
  const object = await client.get(kind, key);
  return object?.metadata.resourceVersion;
}
