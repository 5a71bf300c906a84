import type { KubernetesObject } from '../object.ts';

/** The object without its managedFields (most of its bytes, read by nobody), frozen through and through. */
export function frozenObject<T extends KubernetesObject>(object: T, keepManagedFields = false): T {
  if (keepManagedFields || object.metadata.managedFields === undefined) return deepFreeze(object);
  const { managedFields: _, ...metadata } = object.metadata;
  return deepFreeze({ ...object, metadata });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
