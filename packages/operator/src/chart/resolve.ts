import { Expression, isTruthy, listOf, type Scope } from './expression.ts';
import { Conditional, isList, Repeated, type Tree } from './tree.ts';

/** What a tree comes to with these values: none, one, or several where it repeats. */
export function resolve(tree: Tree, scope: Scope): readonly unknown[] {
  if (tree instanceof Expression) return [tree.resolve(scope)];
  if (tree instanceof Conditional) return isTruthy(tree.condition.resolve(scope)) ? resolve(tree.tree, scope) : [];
  if (tree instanceof Repeated) {
    return listOf(tree.list.resolve(scope)).flatMap((item) => resolve(tree.tree, { ...scope, item }));
  }
  if (isList(tree)) return [tree.flatMap((inner) => resolve(inner, scope))];
  if (typeof tree !== 'object') return [tree];
  const fields = Object.entries(tree).flatMap(([name, inner]) =>
    resolve(inner, scope).map((found) => [name, found] as const),
  );
  return [Object.fromEntries(fields)];
}
