import { Expression } from './expression.ts';
import { Conditional, type Fields, isList, Repeated, type Tree } from './tree.ts';

/** What stands under no condition and is not repeated. */
type Plain = Exclude<Tree, Conditional | Repeated>;

interface Place {
  readonly indent: string;
  /** Within a range the dot is the item, elsewhere the root. */
  readonly isRanged: boolean;
}

/** Objects as a file in a chart's folder `templates`. */
export function printTemplate(objects: readonly Tree[]): string {
  const lines = objects.flatMap((tree) => guarded(tree, { indent: '', isRanged: false }, documents));
  return `${lines.join('\n')}\n`;
}

function documents(tree: Plain, place: Place): readonly string[] {
  if (isList(tree)) return tree.flatMap((inner) => guarded(inner, place, documents));
  return ['---', ...block(tree, place)];
}

/** The lines that `print` makes of it, between those that say when and how often they count. */
function guarded(
  tree: Tree,
  place: Place,
  print: (plain: Plain, place: Place) => readonly string[],
): readonly string[] {
  if (tree instanceof Conditional) {
    return [`{{- if ${pipeline(tree.condition, place)} }}`, ...guarded(tree.tree, place, print), '{{- end }}'];
  }
  if (tree instanceof Repeated) {
    const inner = { ...place, isRanged: true };
    return [`{{- range $item := ${pipeline(tree.list, place)} }}`, ...guarded(tree.tree, inner, print), '{{- end }}'];
  }
  return print(tree, place);
}

/** The lines of a value that begins on a line of its own. */
function block(tree: Plain, place: Place): readonly string[] {
  if (isList(tree)) return tree.flatMap((inner) => guarded(inner, place, listItem));
  if (!isFields(tree)) return [`${place.indent}${scalar(tree, place)}`];
  return Object.entries(tree).flatMap(([name, inner]) => guarded(inner, place, (plain) => field(name, plain, place)));
}

function field(name: string, tree: Plain, place: Place): readonly string[] {
  const head = `${place.indent}${/^[\w./-]+$/.test(name) ? name : JSON.stringify(name)}:`;
  const lines = isFields(tree) || isList(tree) ? block(tree, deeper(place)) : [];
  return lines.length > 0 ? [head, ...lines] : [`${head} ${scalar(tree, place)}`];
}

function listItem(tree: Plain, place: Place): readonly string[] {
  const [first = '', ...rest] = block(tree, deeper(place));
  return [`${place.indent}- ${first.trimStart()}`, ...rest];
}

function deeper(place: Place): Place {
  return { ...place, indent: `${place.indent}  ` };
}

/** JSON is YAML, on one line, whatever the value is. */
function scalar(tree: Plain, place: Place): string {
  if (tree instanceof Expression) return `{{ ${pipeline(tree, place)} | toJson }}`;
  const text = typeof tree === 'string' && isUnquoted(tree) ? tree : JSON.stringify(tree);
  return text.includes('{{') ? `{{ ${JSON.stringify(text)} }}` : text;
}

function pipeline(expression: Expression, { isRanged }: Place): string {
  return isRanged ? expression.pipeline : expression.pipeline.replaceAll('$.', '.');
}

/** Whether YAML takes it for text without quotes. */
function isUnquoted(text: string): boolean {
  return /^[A-Za-z/]([\w./ -]*[\w./-])?$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);
}

function isFields(tree: Plain): tree is Fields {
  return typeof tree === 'object' && !isList(tree) && !(tree instanceof Expression);
}
