import type { KubeClient } from '../client/kube-client.ts';
import { labelSelector } from '../client/label-selector.ts';
import { ApiError } from '../errors.ts';
import type { ObjectStore } from '../informer/object-store.ts';
import { formatKey, keyOf, kindOf, type GroupVersionKind, type KubernetesObject } from '../object.ts';

/** Where objects that are wanted no more may be. */
export interface PruneScope {
  readonly kinds: readonly GroupVersionKind[];
  /** All namespaces without. */
  readonly namespace?: string | undefined;
  /** An object must carry all of them. */
  readonly labels: Readonly<Record<string, string>>;
  /** The uid that an object must have among its owners; any, or none, without. */
  readonly owner?: string | undefined;
  /** An object must be ours besides (its owner's uid). */
  readonly isOurs: (live: KubernetesObject) => boolean;
}

interface PruneContext {
  readonly client: KubeClient;
  readonly fieldManager: string;
  readonly live: (kind: GroupVersionKind, namespace: string | undefined) => ObjectStore<KubernetesObject> | undefined;
}

/** Deletes every object of the scope that is not kept; each is read afresh and must be the one that was looked at. */
export async function prune(
  context: PruneContext,
  scope: PruneScope,
  keep: readonly KubernetesObject[],
  signal: AbortSignal | undefined,
): Promise<readonly KubernetesObject[]> {
  const kept = new Set(keep.map((object) => idOf(kindOf(object), object)));
  const deleted: KubernetesObject[] = [];
  for (const kind of scope.kinds) {
    for (const candidate of await candidates(context, kind, scope, signal)) {
      if (kept.has(idOf(kind, candidate)) || !isPrunable(candidate, scope)) continue;
      const object = await context.client.get(kind, keyOf(candidate), signal);
      if (object === undefined || !isPrunable(object, scope) || !isManagedBy(object, context.fieldManager)) continue;
      if (await remove(context.client, kind, object, signal)) deleted.push(object);
    }
  }
  return deleted;
}

async function candidates(
  { client, live }: PruneContext,
  kind: GroupVersionKind,
  { namespace, labels, owner }: PruneScope,
  signal: AbortSignal | undefined,
): Promise<readonly KubernetesObject[]> {
  const store = live(kind, namespace);
  if (store !== undefined && owner !== undefined) return store.ownedBy(owner);
  if (store !== undefined) return store.list(namespace);
  try {
    return (await client.list(kind, { namespace, labelSelector: labelSelector(labels) }, signal)).items;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NoSuchKind') return [];
    throw error;
  }
}

function isPrunable(object: KubernetesObject, { namespace, labels, owner, isOurs }: PruneScope): boolean {
  const { ownerReferences = [] } = object.metadata;
  if (owner !== undefined && !ownerReferences.some(({ uid }) => uid === owner)) return false;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  const isLabelled = Object.entries(labels).every(([name, value]) => object.metadata.labels?.[name] === value);
  return isLabelled && object.metadata.deletionTimestamp === undefined && isOurs(object);
}

function isManagedBy({ metadata }: KubernetesObject, fieldManager: string): boolean {
  return metadata.managedFields?.some(({ manager }) => manager === fieldManager) ?? true;
}

/** An object that changed since it was read is left for the next time: the change may have made it somebody else's. */
async function remove(
  client: KubeClient,
  kind: GroupVersionKind,
  { metadata }: KubernetesObject,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { uid, resourceVersion } = metadata;
  return client.delete(kind, keyOf({ metadata }), { uid, resourceVersion, propagation: 'Background' }, signal);
}

/** Versions of one kind are the same objects. */
function idOf({ group, kind }: GroupVersionKind, object: KubernetesObject): string {
  return `${group}/${kind} ${formatKey(keyOf(object))}`;
}
