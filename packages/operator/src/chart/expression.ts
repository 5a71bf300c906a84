import { parseDuration } from '@entrepot/core';

/** What expressions are resolved in. */
export interface Scope {
  /** Whole values: defaults filled in. */
  readonly values: unknown;
  readonly namespace: string;
  readonly appVersion: string;
  /** What {@link Repeated} is at. */
  readonly item?: unknown;
}

/** A value that depends on the chart's values: computed here, and by Helm from the text of a template. */
export class Expression {
  /** The pipeline of a template, without its braces; the root is `$`. */
  readonly pipeline: string;
  readonly resolve: (scope: Scope) => unknown;

  constructor(pipeline: string, resolve: (scope: Scope) => unknown) {
    this.pipeline = pipeline;
    this.resolve = resolve;
  }

  /** The same as an argument of a function of templates. */
  get argument(): string {
    return this.pipeline.includes(' ') ? `(${this.pipeline})` : this.pipeline;
  }
}

/** What stands at a path of the values: `image.tag`. */
export function value(path: string): Expression {
  return new Expression(`$.Values.${path}`, ({ values }) => at(values, path));
}

/** What stands at a path of the item at hand. */
export function item(path?: string): Expression {
  if (path === undefined) return new Expression('$item', (scope) => scope.item);
  return new Expression(`$item.${path}`, (scope) => at(scope.item, path));
}

/** The namespace of the installation. */
export const namespace = new Expression('$.Release.Namespace', (scope) => scope.namespace);

/** The version of the programs that are installed. */
export const appVersion = new Expression('$.Chart.AppVersion', (scope) => scope.appVersion);

/** The first one, or the second where that says nothing. */
export function either(one: Expression, other: Expression): Expression {
  return new Expression(`${one.argument} | default ${other.argument}`, (scope) => {
    const found = one.resolve(scope);
    return isTruthy(found) ? found : other.resolve(scope);
  });
}

/** Whether it says nothing, as {@link isTruthy} has it. */
export function not(one: Expression): Expression {
  return new Expression(`not ${one.argument}`, (scope) => !isTruthy(one.resolve(scope)));
}

/** Whether it is anything but an empty text: `false` and `0` say something. */
export function isGiven(one: Expression): Expression {
  return new Expression(`ne (toString ${one.argument}) ""`, (scope) => String(one.resolve(scope)) !== '');
}

/** A number or a truth value as text. */
export function asText(one: Expression): Expression {
  return new Expression(`toString ${one.argument}`, (scope) => String(one.resolve(scope)));
}

/** The seconds of a text such as `4m`, and some more. */
export function secondsAfter(one: Expression, more: number): Expression {
  const unit = `get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) (regexFind "[a-z]" ${one.argument})`;
  return new Expression(`add ${more} (mul (regexFind "[0-9]+" ${one.argument}) (${unit}))`, (scope) => {
    return more + (parseDuration(String(one.resolve(scope))) ?? 0);
  });
}

/** A text with a fixed beginning. */
export function prefixed(prefix: string, one: Expression): Expression {
  return new Expression(
    `printf ${JSON.stringify(`${prefix}%s`)} ${one.argument}`,
    (scope) => `${prefix}${String(one.resolve(scope))}`,
  );
}

/** A list or a dictionary as JSON text. */
export function asJson(one: Expression): Expression {
  return new Expression(`toRawJson ${one.argument}`, (scope) => JSON.stringify(sorted(one.resolve(scope))));
}

/** The texts of a list, with commas between them. */
export function joined(one: Expression): Expression {
  return new Expression(`join "," ${one.argument}`, (scope) => listOf(one.resolve(scope)).join(','));
}

/** A dictionary with the entries of several; an earlier one wins. */
export function merged(entries: Readonly<Record<string, string | Expression>>, ...others: Expression[]): Expression {
  const words = Object.entries(entries).flatMap(([name, one]) => [
    JSON.stringify(name),
    typeof one === 'string' ? JSON.stringify(one) : one.argument,
  ]);
  return new Expression(
    `merge (dict ${words.join(' ')}) ${others.map(({ argument }) => argument).join(' ')}`,
    (scope) => {
      const own = Object.entries(entries).map(([name, one]) => [
        name,
        one instanceof Expression ? one.resolve(scope) : one,
      ]);
      const rest = others.map((other) => other.resolve(scope)).reverse();
      return Object.assign({}, ...rest, Object.fromEntries(own));
    },
  );
}

/** What the templates of Helm take for true: anything but nothing, false, 0, and what is empty. */
export function isTruthy(found: unknown): boolean {
  if (Array.isArray(found)) return found.length > 0;
  if (typeof found === 'object' && found !== null) return Object.keys(found).length > 0;
  return Boolean(found);
}

/** A list, however it came here. */
export function listOf(found: unknown): readonly unknown[] {
  return Array.isArray(found) ? found : [];
}

function at(found: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), found);
}

function isRecord(found: unknown): found is Readonly<Record<string, unknown>> {
  return typeof found === 'object' && found !== null;
}

/** Dictionaries in the order that Go writes them in. */
function sorted(found: unknown): unknown {
  if (Array.isArray(found)) return found.map(sorted);
  if (!isRecord(found)) return found;
  const entries = Object.entries(found).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
