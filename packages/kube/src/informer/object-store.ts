import { formatKey, keyOf, type KubernetesObject, type ObjectKey } from '../object.ts';
import { changesBetween, changesOfObject, type Change } from './object-diff.ts';

/** Objects of one kind as last seen. They are frozen: a plan cannot change what others read. */
export interface ObjectStore<T> {
  /** Everything up to this resource version was seen; undefined while nothing was, or the kind is not installed. */
  readonly resourceVersion: string | undefined;
  get(key: ObjectKey): T | undefined;
  /** Those of one namespace; all without. In no particular order. */
  list(namespace?: string): readonly T[];
}

/** The store an informer fills; every change of it returns what it was, for the listeners. */
export class InformerStore<T extends KubernetesObject> implements ObjectStore<T> {
  #objects = new Map<string, T>();
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

  set(object: T): readonly Change<T>[] {
    const key = formatKey(keyOf(object));
    const changes = changesOfObject(this.#objects.get(key), object);
    this.#objects.set(key, object);
    this.#resourceVersion = object.metadata.resourceVersion;
    return changes;
  }

  /** The deleted object's last state is reported, not the one known before. */
  delete(object: T): readonly Change<T>[] {
    const wasKnown = this.#objects.delete(formatKey(keyOf(object)));
    this.#resourceVersion = object.metadata.resourceVersion;
    return wasKnown ? [{ type: 'deleted', object }] : [];
  }

  replace(objects: readonly T[], resourceVersion: string | undefined): readonly Change<T>[] {
    const after = new Map(objects.map((object) => [formatKey(keyOf(object)), object]));
    const changes = changesBetween(this.#objects, after);
    this.#objects = after;
    this.#resourceVersion = resourceVersion;
    return changes;
  }
}
