import type { Expression } from './expression.ts';

/** A field, an item or an object that is there only under a condition. */
export class Conditional {
  readonly condition: Expression;
  readonly tree: Tree;

  constructor(condition: Expression, tree: Tree) {
    this.condition = condition;
    this.tree = tree;
  }
}

/** In a list or among objects: one for each item of a list, which `item()` stands for. */
export class Repeated {
  readonly list: Expression;
  readonly tree: Tree;

  constructor(list: Expression, tree: Tree) {
    this.list = list;
    this.tree = tree;
  }
}

/**
 * What a chart is made of: objects with holes that the values fill. One tree is both resolved here, for
 * `entrepot manifests`, and printed as a template of Helm.
 */
export type Tree = string | number | boolean | Expression | Conditional | Repeated | readonly Tree[] | Fields;

/** A dictionary of them. */
export interface Fields {
  readonly [name: string]: Tree;
}

/** There under this condition only. */
export function when(condition: Expression, tree: Tree): Conditional {
  return new Conditional(condition, tree);
}

/** The expression's own value, where it says anything. */
export function ifAny(expression: Expression): Conditional {
  return new Conditional(expression, expression);
}

/** One for each item of a list. */
export function each(list: Expression, tree: Tree): Repeated {
  return new Repeated(list, tree);
}

/** Whether it is a list: `Array.isArray` does not tell lists apart that are read only. */
export function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}
