/** Names our block in the map. */
export const marker = 'imageswap';

/** The comment lines around our block, as the contract's TextBlock has them. */
const begin = `# entrepot begin ${marker}`;
const end = `# entrepot end ${marker}`;

/**
 * Whether somebody else's part of a map says what happens to images of no other rule. ImageSwap swaps nothing without a
 * `default` line, and of two the later wins; so ours is there exactly when there is no other. Our own block does not count.
 */
export function hasForeignDefault(map: string): boolean {
  return linesOutsideBlock(map).some((line) => keyOf(line) === 'default');
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

/** The key of a line as ImageSwap reads it: comments cut, blanks ignored; undefined where it skips the line. */
function keyOf(line: string): string | undefined {
  const text = line.replace(/#.*$/, '').replaceAll(/\s/g, '');
  const halves = text.includes('::') ? text.split('::') : text.split(':');
  return halves.length === 2 ? halves[0] : undefined;
}
