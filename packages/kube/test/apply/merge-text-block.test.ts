import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeTextBlock } from '../../src/index.ts';

const block = (content: string) => `# entrepot begin demo\n${content}# entrepot end demo\n`;

describe('a block in a text that others edit', () => {
  test.each([
    { title: 'an empty text becomes the block', before: '', content: 'b\n', after: block('b\n') },
    { title: 'a new block goes to the end', before: 'a\n', content: 'b\n', after: `a\n${block('b\n')}` },
    { title: 'a last line without newline gets one', before: 'a', content: 'b\n', after: `a\n${block('b\n')}` },
    {
      title: 'a block stays where it is',
      before: `a\n${block('old\n')}z\n`,
      content: 'new\n',
      after: `a\n${block('new\n')}z\n`,
    },
    { title: 'no content takes it out', before: `a\n${block('old\n')}z\n`, content: '', after: 'a\nz\n' },
    { title: 'no content, no block: nothing happens', before: 'a', content: '', after: 'a' },
    {
      title: 'the block of another marker is foreign',
      before: '# entrepot begin other\nx\n# entrepot end other\n',
      content: 'b\n',
      after: `# entrepot begin other\nx\n# entrepot end other\n${block('b\n')}`,
    },
    {
      title: 'of two blocks the first remains',
      before: `${block('1\n')}a\n${block('2\n')}`,
      content: 'b\n',
      after: `${block('b\n')}a\n`,
    },
    {
      title: 'a begin without an end goes, the lines after it stay',
      before: '# entrepot begin demo\na\n',
      content: 'b\n',
      after: `a\n${block('b\n')}`,
    },
    { title: 'an end without a begin goes', before: 'a\n# entrepot end demo\nz\n', content: '', after: 'a\nz\n' },
    {
      title: 'Windows newlines around the block stay, also in its markers',
      before: 'a\r\n# entrepot begin demo\r\nold\r\n# entrepot end demo\r\nz\r\n',
      content: 'new\n',
      after: `a\r\n${block('new\n')}z\r\n`,
    },
  ])('$title', ({ before, content, after }) => expect(mergeTextBlock(before, 'demo', content)).toBe(after));

  test.each([
    { title: 'lines it replaces go', before: 'old\na\nold \n', after: `a\n${block('b\n')}` },
    { title: 'lines that only begin like them stay', before: 'older\n old\n', after: `older\n old\n${block('b\n')}` },
  ])('in place of others: $title', ({ before, after }) =>
    expect(mergeTextBlock(before, 'demo', 'b\n', ['old'])).toBe(after),
  );

  test.each([
    { marker: 'demo', content: 'x', problem: 'the content of text block "demo" does not end with a newline' },
    {
      marker: 'demo',
      content: 'x\n# entrepot end demo \nevil\n',
      problem: 'the content of text block "demo" holds the marker line "# entrepot end demo "',
    },
    {
      marker: 'demo',
      content: '# entrepot begin other\n',
      problem: 'the content of text block "demo" holds the marker line "# entrepot begin other"',
    },
    { marker: 'de\nmo', content: 'x\n', problem: 'the marker "de\\nmo" of a text block is more than one line' },
  ])('is refused: $problem', ({ marker, content, problem }) => {
    expect(() => mergeTextBlock('', marker, content)).toThrow(new TypeError(problem));
  });

  const line = oneof(string(), constantFrom('# entrepot begin demo', '# entrepot end demo', '# entrepot begin x'));
  const text = array(line).map((lines) => lines.join('\n'));
  const content = constantFrom('', 'b\n', 'b\nc\n\n');

  test('merging twice changes nothing', () => {
    assert(
      property(text, content, (before, wanted) => {
        const once = mergeTextBlock(before, 'demo', wanted);
        expect(mergeTextBlock(once, 'demo', wanted)).toBe(once);
      }),
    );
  });

  test('put in and taken out, it leaves what was there', () => {
    assert(
      property(text, (before) => {
        const clean = mergeTextBlock(before, 'demo', '');
        const withNewline = clean === '' || clean.endsWith('\n') ? clean : `${clean}\n`;
        expect(mergeTextBlock(mergeTextBlock(clean, 'demo', 'b\n'), 'demo', '')).toBe(withNewline);
      }),
    );
  });
});
