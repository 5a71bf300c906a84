/**
 * Why a marked block cannot stand in a text, undefined where it can. The marker lines of other blocks count, too: whoever keeps
 * those would take them out again.
 */
export function textBlockProblem(marker: string, content: string): string | undefined {
  const name = JSON.stringify(marker);
  if (/[\r\n]/.test(marker)) return `the marker ${name} of a text block is more than one line`;
  if (content !== '' && !content.endsWith('\n')) return `the content of text block ${name} does not end with a newline`;
  const mark = /^# entrepot (begin|end) .*$/m.exec(content)?.[0];
  return mark === undefined
    ? undefined
    : `the content of text block ${name} holds the marker line ${JSON.stringify(mark)}`;
}
