import { textBlockProblem } from './text-block-problem.ts';

/**
 * Puts a marked block into a text that others edit too; empty content takes it out. Everything else keeps its bytes, except that
 * a last line without a newline gets one before a new block. A block stays where it is; a new one goes to the end.
 * Of a block that is there twice the first remains; a marker line without its partner is removed, the lines around it are kept.
 *
 * @param replaces lines outside the block that go, as they are without white space at their ends: the block stands in for them
 * @example mergeTextBlock('a\n', 'demo', 'b\n') // 'a\n# entrepot begin demo\nb\n# entrepot end demo\n'
 * @throws TypeError with the text block's problem, see `textBlockProblem`
 */
export function mergeTextBlock(
  text: string,
  marker: string,
  content: string,
  replaces: readonly string[] = [],
): string {
  const problem = textBlockProblem(marker, content);
  if (problem !== undefined) throw new TypeError(problem);
  const begin = `# entrepot begin ${marker}`;
  const end = `# entrepot end ${marker}`;
  const block = content === '' ? [] : [`${begin}\n`, content, `${end}\n`];

  const merged: string[] = [];
  let isPlaced = false;
  let openAt: number | undefined;
  for (const line of linesOf(text)) {
    const mark = line.trimEnd();
    if (mark === begin) openAt = merged.length;
    else if (mark === end) {
      if (openAt === undefined) continue;
      merged.splice(openAt, merged.length, ...(isPlaced ? [] : block));
      isPlaced = true;
      openAt = undefined;
    } else if (openAt !== undefined || !replaces.includes(mark)) merged.push(line);
  }
  if (isPlaced || block.length === 0) return merged.join('');
  const before = merged.join('');
  return `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${block.join('')}`;
}

/** Lines with their newlines; only the last may be without. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
