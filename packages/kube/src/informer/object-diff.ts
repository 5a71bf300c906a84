import type { KubernetesObject } from '../object.ts';

/** What happened to one object. */
export interface Change<T> {
  readonly type: 'added' | 'updated' | 'deleted';
  readonly object: T;
  /** The state before, of an update. */
  readonly previous?: T;
}

/**
 * What leads from the known state of one name to the state it has now (undefined: no object).
 * An object of the same name with another uid is another object: the old one was deleted, a new one added.
 */
export function changesOfObject<T extends KubernetesObject>(
  before: T | undefined,
  after: T | undefined,
): readonly Change<T>[] {
  if (before === undefined) return after === undefined ? [] : [{ type: 'added', object: after }];
  if (after === undefined) return [{ type: 'deleted', object: before }];
  if (before.metadata.uid !== after.metadata.uid) {
    return [
      { type: 'deleted', object: before },
      { type: 'added', object: after },
    ];
  }
  if (before.metadata.resourceVersion === after.metadata.resourceVersion) return [];
  return [{ type: 'updated', object: after, previous: before }];
}

/** What leads from one full state to another, keyed by name; deletions first, so that nobody sees two owners of one thing. */
export function changesBetween<T extends KubernetesObject>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): readonly Change<T>[] {
  const gone = [...before].flatMap(([key, object]) => (after.has(key) ? [] : changesOfObject(object, undefined)));
  const present = [...after].flatMap(([key, object]) => changesOfObject(before.get(key), object));
  return [...gone, ...present];
}
