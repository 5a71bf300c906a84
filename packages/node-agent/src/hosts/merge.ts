import { entryWith, isName, linesOf } from './hosts-line.ts';

/** What the hosts file is to say about one name: these addresses, each in a line of its own. None: the name is not to be there. */
export interface HostsEntry {
  readonly hostname: string;
  readonly addresses: readonly string[];
}

/** Our own lines: `<address> TAB <name> NEWLINE`. */
export function ownLines({ hostname, addresses }: HostsEntry): readonly string[] {
  return addresses.map((address) => `${address}\t${hostname}\n`);
}

/**
 * The hosts file with exactly the wanted lines for one name, and every other byte as it was.
 *
 * Our own lines are added at the end of the file. Where the name stands in somebody else's line it is taken out of that line,
 * which otherwise stays; a line without any name left goes, but for its comment. Lines that a resolver would not read as an
 * entry are never touched. Merging twice is merging once.
 *
 * The bytes are read as latin1, in which every byte is one character and back: whatever encoding others wrote survives.
 *
 * @example merge(Buffer.from('::1 localhost\n'), { hostname: 'm', addresses: ['10.0.0.5'] }) // '::1 localhost\n10.0.0.5\tm\n'
 */
export function merge(file: Buffer, entry: HostsEntry): Buffer {
  const missing = new Set(ownLines(entry));
  const kept = linesOf(file.toString('latin1')).map((line) =>
    missing.delete(line) ? line : withoutName(line, entry.hostname),
  );
  const before = kept.join('');
  const joint = missing.size > 0 && before !== '' && !before.endsWith('\n') ? '\n' : '';
  return Buffer.from([before, joint, ...missing].join(''), 'latin1');
}

function withoutName(line: string, hostname: string): string {
  const entry = entryWith(hostname, line);
  if (entry === undefined) return line;
  const others = entry.names.filter((name) => !isName(name, hostname));
  if (others.length > 0) return [entry.address, ...others, entry.rest, entry.comment].join('');
  return entry.comment.startsWith('#') ? entry.comment : '';
}
