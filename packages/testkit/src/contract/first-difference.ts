import { isDeepStrictEqual } from 'node:util';

/**
 * Where two values differ first, and how.
 *
 * @returns undefined when they are equal
 * @example firstDifference({ a: [1, 2] }, { a: [1, 3] }) // 'a[1] is 2, then 3'
 */
export function firstDifference(one: unknown, other: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(one, other)) return undefined;
  const [ours, theirs] = [partsOf(one), partsOf(other)];
  if (ours === undefined || theirs === undefined || Array.isArray(one) !== Array.isArray(other)) {
    return `${path || 'all of it'} is ${shown(one)}, then ${shown(other)}`;
  }
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const difference = firstDifference(ours.get(name), theirs.get(name), below(path, name));
    if (difference !== undefined) return difference;
  }
  return `${path || 'all of it'} has its keys in another order or another prototype`;
}

function partsOf(value: unknown): ReadonlyMap<string | number, unknown> | undefined {
  if (value instanceof Map) return value;
  if (Array.isArray(value)) return new Map(value.entries());
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

function below(path: string, name: string | number): string {
  if (typeof name === 'number') return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
