import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edit } from '../../src/files/edit.ts';
import { editsFor } from '../../src/hosts/edits-for.ts';
import { merge, type HostsEntry } from '../../src/hosts/merge.ts';

const at = (...addresses: string[]): HostsEntry => ({ hostname: 'm', addresses });
const gone = at();

function edited(text: string, edit: Edit): string {
  if ('append' in edit) return text + edit.append;
  return text.slice(0, edit.at) + edit.bytes + text.slice(edit.at + edit.bytes.length);
}

/** Every state of the file on its way, byte for byte: what a reader or a crash may find. */
function states(before: string, ...entries: readonly HostsEntry[]): readonly string[] {
  const found = [before];
  for (const entry of entries) {
    for (let edits = plan(before, entry); edits.length > 0; edits = plan(before, entry)) {
      for (const edit of edits) {
        const bytes = 'append' in edit ? edit.append : edit.bytes;
        for (let length = 1; length <= bytes.length; length += 1) {
          const part = bytes.slice(0, length);
          found.push(edited(before, 'append' in edit ? { append: part } : { at: edit.at, bytes: part }));
        }
        before = edited(before, edit);
      }
    }
  }
  return found;
}

const plan = (text: string, entry: HostsEntry): readonly Edit[] => editsFor(Buffer.from(text, 'latin1'), entry);
const after = (before: string, ...entries: readonly HostsEntry[]): string => states(before, ...entries).at(-1) ?? '';
const comment = (length: number): string => `${'#'.padEnd(length - 1, '-')}\n`;
/** Half a slot of comments, where a line of so many bytes was. */
const masked = (length: number): string => comment(length) + comment(64 - length);
const lineAndFiller = (line: string): string => line + comment(64 - line.length);

describe('a hosts file that can only be written in place', () => {
  const empty = `# entrepot slot 2x64 ${'-'.repeat(106)}\n`;
  const localhost = '127.0.0.1 localhost';
  const behindLocalhost = `${localhost}\n# entrepot slot 2x64 ${'-'.repeat(86)}\n`;

  test.each([
    {
      title: 'gets a slot at a multiple of its size: two halves, of which one has the line',
      before: '',
      entries: [at('10.0.0.5')],
      after: empty + lineAndFiller('10.0.0.5\tm\n') + comment(64),
    },
    {
      title: 'gets the newline that its last line lacks',
      before: localhost,
      entries: [at('10.0.0.5')],
      after: behindLocalhost + lineAndFiller('10.0.0.5\tm\n') + comment(64),
    },
    {
      title: 'has another address in the other half',
      before: localhost,
      entries: [at('10.0.0.5'), at('10.96.112.34')],
      after: behindLocalhost + masked(11) + lineAndFiller('10.96.112.34\tm\n'),
    },
    {
      title: 'has the third address in the first half again, and both of a dual-stack Service',
      before: localhost,
      entries: [at('10.0.0.5'), at('10.96.112.34'), at('10.0.0.6', 'fd00::6')],
      after: behindLocalhost + lineAndFiller('10.0.0.6\tm\nfd00::6\tm\n') + masked(15),
    },
    {
      title: 'keeps its slot, idle, when the name goes, and uses it for the next name',
      before: localhost,
      entries: [at('10.0.0.5'), gone, { hostname: 'other.example', addresses: ['10.0.0.9'] }],
      after: behindLocalhost + lineAndFiller('10.0.0.9\tother.example\n') + comment(64),
    },
    {
      title: 'has one slot for each name',
      before: localhost,
      entries: [at('10.0.0.5'), { hostname: 'n', addresses: ['10.0.0.6'] }, at('10.0.0.7')],
      after: [
        behindLocalhost + masked(11) + lineAndFiller('10.0.0.7\tm\n'),
        `# entrepot slot 2x64 ${'-'.repeat(106)}\n${lineAndFiller('10.0.0.6\tn\n')}${comment(64)}`,
      ].join(''),
    },
    {
      title: 'loses just the name where others have written it, to blanks, and a line of nothing else to a blank one',
      before: '10.0.0.9 m other # m\r\n10.0.0.8\tother m\n10.1.1.1 m\n10.0.0.7 m # why\nm garbage\n',
      entries: [gone],
      after: '10.0.0.9   other # m\r\n10.0.0.8\tother  \n          \n           # why\nm garbage\n',
    },
    {
      title: 'keeps the line that is right, whoever wrote it, and only the first of two',
      before: '10.0.0.5\tm\n10.0.0.6 z\n10.0.0.5\tm\n',
      entries: [at('10.0.0.5')],
      after: '10.0.0.5\tm\n10.0.0.6 z\n          \n',
    },
  ])('$title', ({ before, entries, after: wanted }) => expect(after(before, ...entries)).toBe(wanted));

  test('works on when another program has moved our slot or rewritten the file around it', () => {
    const ours = after(localhost, at('10.0.0.5'));
    const moved = ours.replace(localhost, '127.0.0.1\tlocalhost\n10.9.9.9\tnew');
    expect(after(moved, at('10.0.0.7'))).toBe(
      moved.replace('10.0.0.5\tm\n', comment(11)).replace(comment(64), lineAndFiller('10.0.0.7\tm\n')),
    );
  });

  test('works on in its slot after mirror-hostess has rewritten the file, with a line of its own', () => {
    const rewritten = `${after('127.0.0.1   localhost # here', at('10.0.0.5')).replace('127.0.0.1   localhost', '127.0.0.1\tlocalhost')}10.0.0.8\tmirror-theirs.io\n`;
    expect(after(rewritten, at('10.0.0.7'))).toBe(
      rewritten.replace('10.0.0.5\tm\n', comment(11)).replace(comment(64), lineAndFiller('10.0.0.7\tm\n')),
    );
  });

  test('makes a new slot when somebody has edited the old one, and blanks the line that is left of it', () => {
    const torn = after(localhost, at('10.0.0.5')).replace(/#-+\n/g, '');
    const wanted = after(torn, at('10.0.0.7'));
    expect(wanted.match(/^10.*\n/gm)).toEqual(['10.0.0.7\tm\n']);
    expect(wanted).toContain(`${localhost}\n`);
  });

  test('does not grow with changes', () => {
    const entries = Array.from({ length: 300 }, (_, index) => at(`10.0.${index % 7}.${index % 256}`));
    expect(after(localhost, ...entries)).toHaveLength(after(localhost, at('10.0.0.5')).length);
  });

  const pagesOf = (start: number, length: number): readonly number[] => [
    ...new Set([start, start + length - 1].map((at) => Math.floor(at / 4096))),
  ];

  test('changes an address by one write within one page of 4096 bytes', () => {
    const before = after('192.0.2.1 filler\n'.repeat(241), at('10.0.0.5'));
    const visible = plan(before, at('10.0.0.77')).filter((edit) => 'at' in edit && edit.bytes.endsWith('\n1'));
    expect(visible).toHaveLength(1);
    expect(pagesOf(before.indexOf('10.0.0.5\tm\n'), 128)).toHaveLength(1);
  });

  test('moves to another slot when somebody has put so much above that the old one lies across two pages', () => {
    const first = after(localhost, at('10.0.0.5'));
    const above = '#'.padEnd(4096 - first.indexOf('10.0.0.5\tm\n') - 65, '-');
    const moved = `${above}\n${first}`;
    expect(pagesOf(moved.indexOf('10.0.0.5\tm\n'), 128)).toEqual([0, 1]);
    const second = after(moved, at('10.0.0.7'));
    expect(second.match(/^10.*\n/gm)).toEqual(['10.0.0.7\tm\n']);
    expect(second.startsWith(moved.replace('10.0.0.5\tm\n', comment(11)))).toBe(true);
    expect(pagesOf(second.indexOf('10.0.0.7\tm\n'), 128)).toHaveLength(1);
    // That one is used from now on.
    expect(after(second, at('10.0.0.8'), at('10.0.0.9'))).toHaveLength(second.length);
  });

  test('has the slots that it takes for more lines than a page holds', () => {
    const addresses = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`);
    const hostname = `${'m'.repeat(60)}.example.org`;
    const full = after(localhost, { hostname, addresses });
    expect(full.match(/^10\.0\.0\.\d+\t/gm)).toHaveLength(100);
  });
});

describe('any file, at every byte of every write', () => {
  const name = fc.constantFrom('m', 'M', 'a', 'b.example', 'mm');
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('fe80::1%lo0', 'no-address', ''));
  const line = fc
    .tuple(
      address,
      fc.array(fc.tuple(fc.constantFrom(' ', '\t', '  \t'), name)),
      fc.constantFrom('', ' ', ' # m', '\r'),
    )
    .map(([address, names, end]) => `${address}${names.flat().join('')}${end}`);
  const file = fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.boolean())
    .map(([lines, isEnded]) => lines.join('\n') + (isEnded ? '\n' : ''));
  const entries = fc.array(
    fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 2 }).map((addresses) => at(...addresses)),
    { minLength: 1, maxLength: 3 },
  );

  /** A resolver's view, written independently: each name with its address, ours left out. */
  const others = (text: string): readonly string[] => pairs(text).filter((pair) => !/ (m|-)$/i.test(pair));
  const ours = (text: string): readonly string[] => pairs(text).filter((pair) => / m$/i.test(pair));
  const pairs = (text: string): readonly string[] =>
    text.split('\n').flatMap((line) => {
      const [address = '', ...names] = (line.split('#')[0] ?? '').split(/[ \t\r]+/).filter((word) => word !== '');
      return names.map((name) => `${address} ${name}`);
    });

  test('other names keep their addresses, and ours has none but old and wanted ones', () =>
    fc.assert(
      fc.property(file, entries, (file, entries) => {
        const known = new Set([...ours(file), ...entries.flatMap(({ addresses }) => addresses.map((ip) => `${ip} m`))]);
        for (const state of states(file, ...entries)) {
          expect(others(state)).toEqual(others(file));
          expect(ours(state).filter((pair) => !known.has(pair) && !known.has(pair.replace(/M$/, 'm')))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    ));

  test('the end is what a merged file says', () =>
    fc.assert(
      fc.property(file, entries, (file, entries) => {
        const end = after(file, ...entries);
        const last = entries.at(-1) ?? gone;
        expect(merge(Buffer.from(end), last).toString()).toBe(end);
        expect(others(end)).toEqual(others(merge(Buffer.from(file), last).toString()));
      }),
    ));
});
