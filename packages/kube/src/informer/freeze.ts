import type { KubernetesObject } from '../object.ts';

/** The object without its managedFields (most of its bytes, read by nobody), frozen through and through. */
export function frozenObject<T extends KubernetesObject>(object: T, keepManagedFields = false): T {
  if (keepManagedFields || object.metadata.managedFields === undefined) return deepFreeze(object);
  const { managedFields: _, ...metadata } = object.metadata;
  return deepFreeze({ ...object, metadata });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === 'string') Reflect.set(value, key, shared(child));
    else deepFreeze(child);
  }
  return Object.freeze(value);
}

/** Objects of one kind mostly say the same. What many of them say is kept once: of thousands of objects, that is a lot. */
const texts = new Map<string, string>();
const sharedLength = 100;
const sharedCount = 5_000;

function shared(text: string): string {
  if (text.length > sharedLength) return text;
  const known = texts.get(text);
  if (known !== undefined) return known;
  // Names and uids pile up as well; what is frequent is soon back.
  if (texts.size >= sharedCount) texts.clear();
  texts.set(text, text);
  return text;
}
