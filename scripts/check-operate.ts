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
const foreign = new Set(['NoSuchKind', 'NotFound', 'Unknown', 'Forbidden', 'Invalid']);

function reasonsIn(source: string): readonly string[] {
  const found = places.flatMap((place) => [...source.matchAll(place)].map(([, text = '']) => text));
  const words = found.flatMap((text) =>
    [...text.matchAll(/'([A-Z][a-z]\w+|CA[A-Z]\w+)'/g)].map(([, word = '']) => word),
  );
  return words.filter((word) => !foreign.has(word));
}

const given = new Set(sources.flatMap((file) => reasonsIn(readFileSync(file, 'utf8'))));
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
