import { type Fields, type Tree } from './tree.ts';

/** An object without any hole. */
export function plainTree(object: object): Fields {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, plain(inner)]),
  );
}

function plain(found: unknown): Tree {
  if (Array.isArray(found)) return found.map(plain);
  if (typeof found === 'object' && found !== null) return plainTree(found);
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
  throw new TypeError(`nothing of an object is ${String(found)}`);
}
