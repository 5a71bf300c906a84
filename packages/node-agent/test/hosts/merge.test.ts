import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merge, type HostsEntry } from '../../src/hosts/merge.ts';

const at = (...addresses: string[]): HostsEntry => ({ hostname: 'm', addresses });
const gone = at();
const merged = (before: string, ...entries: HostsEntry[]): string =>
  entries.reduce<Buffer>(merge, Buffer.from(before, 'latin1')).toString('latin1');

describe('adding a name', () => {
  test.each([
    {
      title: 'appends one line, address TAB name, and gives the last line the newline it lacks',
      before: '127.0.0.1       localhost\n::1             localhost',
      entries: [at('10.0.0.5')],
      after: '127.0.0.1       localhost\n::1             localhost\n10.0.0.5\tm\n',
    },
    {
      title: 'replaces another address of the name',
      before: '127.0.0.1\tlocalhost\n10.1.1.1 m\n',
      entries: [at('10.0.0.1')],
      after: '127.0.0.1\tlocalhost\n10.0.0.1\tm\n',
    },
    {
      title: 'keeps comments, empty lines and blanks of others as they are',
      before: '# c\n\n1.2.3.4 a b#cc\n',
      entries: [at('10.0.0.5')],
      after: '# c\n\n1.2.3.4 a b#cc\n10.0.0.5\tm\n',
    },
    {
      title: 'leaves one line after being repeated, and follows a changed address',
      before: '127.0.0.1 a\n10.0.0.1 b\n',
      entries: [at('10.0.0.7'), at('10.0.0.7'), at('10.0.0.8')],
      after: '127.0.0.1 a\n10.0.0.1 b\n10.0.0.8\tm\n',
    },
    {
      title: "leaves other names of the Service's address alone",
      before: '10.0.0.9 m\n10.0.0.5 x\n',
      entries: [at('10.0.0.5')],
      after: '10.0.0.5 x\n10.0.0.5\tm\n',
    },
    {
      title: 'takes just the name out of a line that has others, whatever its position',
      before: '10.0.0.1 m a\n10.0.0.2\ta  m\tb # c m\n10.0.0.3 a m\r\n',
      entries: [at('10.0.0.5')],
      after: '10.0.0.1 a\n10.0.0.2\ta\tb # c m\n10.0.0.3 a\r\n10.0.0.5\tm\n',
    },
    {
      title: 'finds the name in any case, but not as a part of another one',
      before: '10.0.0.1 M x\n10.0.0.2 m.example mm\n',
      entries: [at('10.0.0.5')],
      after: '10.0.0.1 x\n10.0.0.2 m.example mm\n10.0.0.5\tm\n',
    },
    {
      title: 'writes a line for each family of a dual-stack Service',
      before: '::1 localhost\n',
      entries: [at('10.0.0.5'), at('10.0.0.5', 'fd00::5')],
      after: '::1 localhost\n10.0.0.5\tm\nfd00::5\tm\n',
    },
    {
      title: 'keeps a line that is right where it stands, once',
      before: '10.0.0.5\tm\n10.0.0.6 z\n10.0.0.5\tm\n',
      entries: [at('10.0.0.5')],
      after: '10.0.0.5\tm\n10.0.0.6 z\n',
    },
    { title: 'fills an empty file', before: '', entries: [at('10.0.0.5')], after: '10.0.0.5\tm\n' },
  ])('$title', ({ before, entries, after }) => expect(merged(before, ...entries)).toBe(after));
});

describe('removing a name', () => {
  test.each([
    {
      title: 'takes our line and leaves foreign ones byte for byte, readable or not',
      before: 'fe80::1%lo0 x\ngarbage m\n10.0.0.1\n\xff\xfe m \x00\n10.0.0.7\tm\n  \t\n',
      after: 'fe80::1%lo0 x\ngarbage m\n10.0.0.1\n\xff\xfe m \x00\n  \t\n',
    },
    { title: 'leaves the other names of a line', before: '10.0.0.9 m other\n', after: '10.0.0.9 other\n' },
    { title: 'leaves the comment of a line without any name left', before: '10.0.0.9 m # why\n', after: '# why\n' },
    { title: 'adds no newline', before: '10.0.0.9 m\n10.0.0.1 a', after: '10.0.0.1 a' },
    { title: 'takes an unfinished line of ours, too', before: '10.0.0.1 a\n10.0.0.9\tm', after: '10.0.0.1 a\n' },
    { title: 'knows addresses with a zone', before: 'fe80::1%eth0 m n\n', after: 'fe80::1%eth0 n\n' },
    { title: 'has nothing to do where the name is not', before: '127.0.0.1\tlocalhost', after: '127.0.0.1\tlocalhost' },
  ])('$title', ({ before, after }) => expect(merged(before, gone)).toBe(after));
});

describe('any file at all', () => {
  const name = fc.constantFrom('m', 'M', 'a', 'b.example', 'mm', 'm.x');
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('fe80::1%lo0', 'no-address', ''));
  const blank = fc.constantFrom(' ', '\t', '  \t', '\r');
  const line = fc
    .tuple(address, fc.array(fc.tuple(blank, name)), fc.constantFrom('', ' ', '#', ' # m', '\r'))
    .map(([address, names, end]) => `${address}${names.flat().join('')}${end}`);
  const bytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  const file = fc
    .tuple(fc.array(fc.oneof({ weight: 4, arbitrary: line }, bytes)), fc.boolean())
    .map(([lines, isEnded]) => lines.join('\n') + (isEnded ? '\n' : ''));
  const entry = fc
    .uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 2 })
    .map((addresses) => ({ hostname: 'm', addresses }));

  /** A resolver's view, written independently: the addresses under which a name stands, in order. */
  const addressesOf = (text: string, hostname: string): string[] =>
    text.split('\n').flatMap((line) => {
      const [address = '', ...names] = (line.split('#')[0] ?? '').split(/[ \t\r\v\f]+/).filter((word) => word !== '');
      return /^[\da-f.:]+(%\w+)?$/i.test(address) && /[.:]/.test(address)
        ? names.filter((name) => name.toLowerCase() === hostname).map(() => address)
        : [];
    });

  test('merging twice is merging once', () =>
    fc.assert(
      fc.property(file, entry, (file, entry) => {
        expect(merged(file, entry, entry)).toBe(merged(file, entry));
      }),
    ));

  test('the name stands at the wanted addresses and nowhere else', () =>
    fc.assert(
      fc.property(
        file.filter((text) => !/[^\n\x20-\x7e\t\r]/.test(text)),
        entry,
        (file, entry) => {
          expect(addressesOf(merged(file, entry), 'm').sort()).toEqual([...entry.addresses].sort());
        },
      ),
    ));

  test('every entry without the name stays byte for byte, in its order', () =>
    fc.assert(
      fc.property(file, entry, (file, entry) => {
        const after = merged(file, entry).split('\n').values();
        // Walks through both texts once: each line must be found behind the one before it.
        for (const line of file.split('\n').filter((line) => !/^$|m/i.test(line))) {
          expect(after.some((candidate) => candidate === line)).toBe(true);
        }
      }),
    ));

  test('what was added and removed again leaves the file as it was, but for a last newline', () =>
    fc.assert(
      fc.property(file, entry, (file, entry) => {
        const clean = merged(file, gone);
        const ended = clean === '' || clean.endsWith('\n') || entry.addresses.length === 0 ? clean : `${clean}\n`;
        expect(merged(clean, entry, gone)).toBe(ended);
      }),
    ));
});
