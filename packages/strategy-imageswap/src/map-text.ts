import { isIP } from 'node:net';

/** Names our block in the map. */
export const marker = 'imageswap';

/** The comment lines around our block, as the contract's TextBlock has them. */
const begin = `# entrepot begin ${marker}`;
const end = `# entrepot end ${marker}`;

/**
 * Whether somebody else's part of a map says what happens to images of no other rule. ImageSwap swaps nothing without a
 * `default` line, and of two the later wins; so ours is there exactly when there is no other. Our own block does not count.
 *
 * @param replaced lines that our block stands in for
 */
export function hasForeignDefault(map: string, replaced: readonly string[]): boolean {
  return linesOutsideBlock(map).some((line) => ruleOf(line)?.key === 'default' && !replaced.includes(line));
}

/**
 * The line of somebody else that says something else of a registry than ours, and wins: of two lines with one key ImageSwap
 * takes the later. A block that is not there yet will be last.
 *
 * @returns undefined where our line counts
 */
export function winningLine(map: string, key: string, value: string): string | undefined {
  const lines = map.split('\n').map((line) => line.trim());
  const close = lines.indexOf(end, lines.indexOf(begin));
  const below = close < 0 ? [] : linesOutsideBlock(lines.slice(close + 1).join('\n'));
  const last = below.findLast((line) => ruleOf(line)?.key === key);
  return last === undefined || ruleOf(last)?.value === value ? undefined : last;
}

/**
 * The lines that mirror-operator wrote into a map that is taken over from it: `<host>:<address>/<host>` of our mirrors, and
 * the bare `default:` that it begins every map with. Beside our block they would be duplicates that grow stale. It writes the
 * whole map at once, without marks; so where our block is already, everything else was written by somebody.
 */
export function linesOfMirrorOperator(map: string, hosts: ReadonlySet<string>): readonly string[] {
  const lines = map.split('\n').map((line) => line.trimEnd());
  if (lines.includes(begin)) return [];
  const ofMirrors = lines.filter((line) => hosts.has(hostOfSwap(line) ?? ''));
  const [first = '', ...rest] = lines;
  // A person may begin a map like this as well; what follows tells.
  const isItsDefault = first === 'default:' && (rest.join('') === '' || ofMirrors.includes(rest[0] ?? ''));
  return [...new Set([...(isItsDefault ? [first] : []), ...ofMirrors])];
}

/** The host of a line `<host>:<address>/<host>`. */
function hostOfSwap(line: string): string | undefined {
  const host = line.slice(line.indexOf('/') + 1);
  const address = line.slice(host.length + 1, -host.length - 1);
  return line === `${host}:${address}/${host}` && isIP(address) !== 0 ? host : undefined;
}

function linesOutsideBlock(map: string): readonly string[] {
  const lines = map.split('\n').map((line) => line.trimEnd());
  const outside: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const close = lines[at] === begin ? lines.indexOf(end, at) : -1;
    if (close >= 0) at = close;
    else outside.push(lines[at] ?? '');
  }
  return outside;
}

/** A line as ImageSwap reads it: comments cut, blanks ignored; undefined where it skips the line. */
function ruleOf(line: string): { readonly key: string; readonly value: string } | undefined {
  const text = line.replace(/#.*$/, '').replaceAll(/\s/g, '');
  const [key = '', value, ...more] = text.split(text.includes('::') ? '::' : ':');
  return value === undefined || more.length > 0 ? undefined : { key, value };
}
