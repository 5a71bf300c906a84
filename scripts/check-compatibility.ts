/**
 * Holds docs/compatibility.md to its word: every number has one row, and every test that a row names is there.
 * Exit code 1 and one line for each thing that is wrong.
 */
import { existsSync, readFileSync } from 'node:fs';

const document = 'docs/compatibility.md';
const lastNumbers = { MO: 107, MH: 40 } as const;

interface Row {
  readonly number: string;
  readonly holds: string;
  readonly tested: string;
}

/** Rows of the tables; a cell holds no `|`. */
function rowsOf(text: string): readonly Row[] {
  return text.split('\n').flatMap((line) => {
    const [, number = '', , holds = '', tested = ''] = line.split('|').map((cell) => cell.trim());
    return /^M[OH]-\d+$/.test(number) ? [{ number, holds, tested }] : [];
  });
}

function wrongNumbers(rows: readonly Row[]): readonly string[] {
  const wanted = Object.entries(lastNumbers).flatMap(([list, last]) =>
    Array.from({ length: last }, (_, index) => `${list}-${index + 1}`),
  );
  const numbers = rows.map(({ number }) => number);
  return [
    ...wanted.filter((number) => !numbers.includes(number)).map((number) => `${number} has no row`),
    ...numbers.filter((number, at) => numbers.indexOf(number) !== at).map((number) => `${number} has two rows`),
    ...numbers.filter((number) => !wanted.includes(number)).map((number) => `${number} is no number of the lists`),
  ];
}

/** What is wrong with what a row says: its verdict, and where it says that this is tested. */
function wrongWith({ number, holds, tested }: Row): readonly string[] {
  const verdict = /^(kept|instead|replaced on purpose)\b/.test(holds)
    ? []
    : [`${number} must begin with kept, instead or replaced on purpose: ${holds}`];
  if (/^(documentation only$|not tested: .)/.test(tested)) return verdict;
  const references = [...tested.matchAll(/`([^`]+)`: “([^”]+)”/g)];
  const rest = tested.replaceAll(/`[^`]+`: “[^”]+”|<br>/g, '').trim();
  return [
    ...verdict,
    ...(references.length === 0 || rest !== '' ? [`${number} must name tests as \`file\`: “title”: ${tested}`] : []),
    ...references.flatMap(([, file = '', title = '']) => wrongReference(number, `packages/${file}`, title)),
  ];
}

/** What stands before a title: `test(`, the end of a table and the call of what it makes, or the `title` of a row. */
const beforeTitle = /(?:\btest\(|\btest\.runIf\(\w+\)\(|\]\)\(|\btitle:)\s*$/;

/** A title stands in the source of its test as it is, quotes of its own escaped. */
function wrongReference(number: string, file: string, title: string): readonly string[] {
  if (!existsSync(file)) return [`${number} names ${file}, which is not there`];
  const source = readFileSync(file, 'utf8').replaceAll('\\', '');
  const isThere = ['`', "'", '"'].some((quote) => {
    const pieces = source.split(`${quote}${title}${quote}`);
    return pieces.slice(0, -1).some((before) => beforeTitle.test(before));
  });
  return isThere ? [] : [`${number} names the test “${title}”, which is not in ${file}`];
}

const rows = rowsOf(readFileSync(document, 'utf8'));
const wrong = [...wrongNumbers(rows), ...rows.flatMap(wrongWith)];
for (const sentence of wrong) console.error(`${document}: ${sentence}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
