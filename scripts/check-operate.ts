/**
 * Holds docs/operate.md to its word: every reason that the operator can give, in a condition, an event or at its start, has
 * one row there, and no row is about a reason that nothing gives. Exit code 1 and one line for each thing that is wrong.
 */
import { globSync, readFileSync } from 'node:fs';

const document = 'docs/operate.md';
const sources = ['core', 'kube', 'strategy-*', 'operator'].flatMap((name) => globSync(`packages/${name}/src/**/*.ts`));

/** Where reasons stand in sources: in a property or a variable, in the making of an error, or alone after `return`. */
const places = [/\breason(?::| =)([^,;]+)/g, /\b(?:Terminal|Waiting)Error\(\s*('\w+')/g, /\breturn ('\w+');/g];
/** Reasons that are looked at, not given, and those that the API server gives in its own words. */
const foreign = new Set(['FieldValueDuplicate', 'NoSuchKind', 'NotFound', 'Unknown', 'Forbidden', 'Invalid']);

const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
const constants = new Map(
  [...text.matchAll(/\bconst (\w+) = ('\w+');/g)].map(([, name = '', value = '']) => [name, value]),
);

/** Words with a capital stand for themselves, names for the constants that they are of. */
function reasonsIn(expression: string): readonly string[] {
  const named = [...expression.matchAll(/\b[a-z]\w+/g)].map(([name]) => constants.get(name) ?? '');
  return [expression, ...named].flatMap((one) =>
    [...one.matchAll(/'([A-Z][a-z]\w+|CA[A-Z]\w+)'/g)].map(([, word = '']) => word),
  );
}

const expressions = places.flatMap((place) => [...text.matchAll(place)].map(([, expression = '']) => expression));
const given = new Set(expressions.flatMap(reasonsIn).filter((reason) => !foreign.has(reason)));
const rows = readFileSync(document, 'utf8')
  .split('\n')
  .flatMap((line) => /^\| `([A-Z]\w+)` \|/.exec(line)?.[1] ?? []);
const wrong = [
  ...[...given].filter((reason) => !rows.includes(reason)).map((reason) => `${reason} has no row`),
  ...rows.filter((row, at) => rows.indexOf(row) !== at).map((row) => `${row} has two rows`),
  ...rows.filter((row) => !given.has(row) && !foreign.has(row)).map((row) => `${row} is no reason that anything gives`),
];
for (const sentence of wrong.toSorted()) console.error(`${document}: ${sentence}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
