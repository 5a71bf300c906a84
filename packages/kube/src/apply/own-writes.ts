import { frozenObject } from '../informer/freeze.ts';
import type { ObjectStore } from '../informer/object-store.ts';
import { isOlder } from '../informer/resource-version.ts';
import { formatKey, keyOf, type KubernetesObject, type ObjectKey } from '../object.ts';

type Store = ObjectStore<KubernetesObject>;

interface OwnWrite {
  /** As the server answered; of a deletion, the object that was deleted. */
  readonly object: KubernetesObject;
  readonly isDeletion: boolean;
  /** How far the store was. One that is further back later belongs to a server that was restored from a backup. */
  readonly storeVersion: string;
}

/**
 * What this process wrote and an informer's store has not seen yet. For that long the store is behind what we know ourselves;
 * afterwards nothing is kept.
 */
export class OwnWrites {
  readonly #writes = new WeakMap<Store, Map<string, OwnWrite>>();

  /** @param object as the server answered; of a deletion, the object that was deleted */
  note(store: Store, object: KubernetesObject, isDeletion = false): void {
    const { resourceVersion: storeVersion } = store;
    if (storeVersion === undefined) return;
    const writes = this.#writes.get(store) ?? new Map<string, OwnWrite>();
    this.#writes.set(store, writes);
    const id = formatKey(keyOf(object));
    writes.delete(id);
    writes.set(id, { object: frozenObject(object), isDeletion, storeVersion });
    this.#forgetSeen(store, writes);
  }

  /** An object as it is known best: as it was written, until the store has seen that, then as the store has it. */
  latest(store: Store, key: ObjectKey): KubernetesObject | undefined {
    const write = this.#writes.get(store)?.get(formatKey(key));
    if (write === undefined || isSeen(store, write)) return store.get(key);
    return write.isDeletion ? undefined : write.object;
  }

  /** Writes are seen in the order in which they were made, so the first one that is not ends the search. */
  #forgetSeen(store: Store, writes: Map<string, OwnWrite>): void {
    for (const [id, write] of writes) {
      if (!isSeen(store, write)) return;
      writes.delete(id);
    }
  }
}

function isSeen(store: Store, { object, isDeletion, storeVersion }: OwnWrite): boolean {
  const { resourceVersion: now = '' } = store;
  if (isOlder(now, storeVersion)) return true;
  if (isOlder(now, object.metadata.resourceVersion ?? '')) return false;
  if (!isDeletion) return true;
  // The answer to a deletion does not say its resource version.
  const seen = store.get(keyOf(object))?.metadata;
  return seen?.uid !== object.metadata.uid || seen?.deletionTimestamp !== undefined;
}
