import { expect, test } from 'vitest';
import type { Edit } from '../../src/files/edit.ts';
import { editsFor } from '../../src/hosts/edits-for.ts';
import { editsWithoutOwnLines, isNamedByOthers, withoutOwnLines } from '../../src/hosts/withdrawal.ts';

const name = { hostname: 'm', nodeAddress: '10.1.0.7' };

function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (text, edit) =>
      'append' in edit
        ? text + edit.append
        : text.slice(0, edit.at) + edit.bytes + text.slice(edit.at + edit.bytes.length),
    text,
  );
}

/** A file in which an agent keeps the name in a slot. */
function slotted(before: string, hostname: string): string {
  const entry = { hostname, addresses: ['10.0.0.5'] };
  let text = before;
  for (let edits = editsFor(Buffer.from(text), entry); edits.length > 0; edits = editsFor(Buffer.from(text), entry)) {
    text = edited(text, edits);
  }
  return text;
}

test.each([
  { title: 'our line', file: '::1 localhost\n10.0.0.5\tm\n10.0.0.6 a\n', after: '::1 localhost\n10.0.0.6 a\n' },
  { title: 'all of them', file: '10.0.0.5\tm\nfd00::5\tm\n10.0.0.6\tM', after: '' },
])('$title goes', ({ file, after }) => {
  expect(withoutOwnLines(Buffer.from(file), name).toString()).toBe(after);
  const inPlace = edited(file, editsWithoutOwnLines(Buffer.from(file), name));
  expect(inPlace).toHaveLength(file.length);
  expect(inPlace.replace(/^ +\n?/gm, '')).toBe(after);
  expect(isNamedByOthers(Buffer.from(file), name)).toBe(false);
});

test.each([
  ['other names', '10.0.0.5\tm other\n'],
  ['a blank for a TAB', '10.0.0.5 m\n'],
  ['a comment', '10.0.0.5\tm # why\n'],
  ['a blank before it', ' 10.0.0.5\tm\n'],
  ['an end as on Windows', '10.0.0.5\tm\r\n'],
  ['an address with a zone', 'fe80::1%eth0\tm\n'],
  ['the address of the node, which no Service has', '10.1.0.7\tm\n'],
  ['an address of the machine itself', '127.0.1.1\tm\n'],
])('a line stays that has %s', (_title, file) => {
  expect(withoutOwnLines(Buffer.from(file), name).toString()).toBe(file);
  expect(editsWithoutOwnLines(Buffer.from(file), name)).toEqual([]);
  expect(isNamedByOthers(Buffer.from(file), name)).toBe(true);
});

test('a line in a slot becomes comments, and lines of other mirrors stay', () => {
  const file = slotted(slotted('127.0.0.1 localhost\n', 'm'), 'other');
  const after = edited(file, editsWithoutOwnLines(Buffer.from(file), name));
  expect(after).toBe(file.replace('10.0.0.5\tm\n', '#---------\n'));
});
