import { formatKey, keyOf, type KubernetesObject, type ObjectKey } from '../object.ts';
import { changesBetween, changesOfObject, type Change } from './object-diff.ts';

/** Objects of one kind as last seen. They are frozen: a plan cannot change what others read. */
export interface ObjectStore<T> {
  /** Everything up to this resource version was seen; undefined while nothing was, or the kind is not installed. */
  readonly resourceVersion: string | undefined;
  get(key: ObjectKey): T | undefined;
  /** Those of one namespace; all without. In no particular order. */
  list(namespace?: string): readonly T[];
  /** Those that name this uid among their owners, found without looking at all objects. */
  ownedBy(uid: string): readonly T[];
}

/** The store an informer fills; every change of it returns what it was, for the listeners. */
export class InformerStore<T extends KubernetesObject> implements ObjectStore<T> {
  #objects = new Map<string, T>();
  /** Keys of the objects by the uids of their owners. */
  readonly #byOwner = new Map<string, Set<string>>();
  #resourceVersion: string | undefined;

  get resourceVersion(): string | undefined {
    return this.#resourceVersion;
  }

  /** Nothing more happened up to there. */
  reached(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(formatKey(key));
  }

  list(namespace?: string): readonly T[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  ownedBy(uid: string): readonly T[] {
    return [...(this.#byOwner.get(uid) ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  set(object: T): readonly Change<T>[] {
    const key = formatKey(keyOf(object));
    const before = this.#objects.get(key);
    const changes = changesOfObject(before, object);
    if (before !== undefined) this.#unlink(key, before);
    this.#objects.set(key, object);
    this.#link(key, object);
    this.#resourceVersion = object.metadata.resourceVersion;
    return changes;
  }

  /** The deleted object's last state is reported, not the one known before. */
  delete(object: T): readonly Change<T>[] {
    const key = formatKey(keyOf(object));
    const before = this.#objects.get(key);
    if (before !== undefined) this.#unlink(key, before);
    const wasKnown = this.#objects.delete(key);
    this.#resourceVersion = object.metadata.resourceVersion;
    return wasKnown ? [{ type: 'deleted', object }] : [];
  }

  replace(objects: readonly T[], resourceVersion: string | undefined): readonly Change<T>[] {
    const after = new Map(objects.map((object) => [formatKey(keyOf(object)), object]));
    const changes = changesBetween(this.#objects, after);
    this.#objects = after;
    this.#byOwner.clear();
    for (const [key, object] of after) this.#link(key, object);
    this.#resourceVersion = resourceVersion;
    return changes;
  }

  #link(key: string, object: T): void {
    for (const uid of ownersOf(object)) {
      const keys = this.#byOwner.get(uid) ?? new Set();
      this.#byOwner.set(uid, keys.add(key));
    }
  }

  #unlink(key: string, object: T): void {
    for (const uid of ownersOf(object)) {
      const keys = this.#byOwner.get(uid);
      keys?.delete(key);
      if (keys?.size === 0) this.#byOwner.delete(uid);
    }
  }
}

function ownersOf({ metadata }: KubernetesObject): readonly string[] {
  return (metadata.ownerReferences ?? []).map(({ uid }) => uid);
}
