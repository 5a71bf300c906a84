import { isIP } from 'node:net';

/** What the hosts file is to say about one name: these addresses, each in a line of its own. None: the name is not to be there. */
export interface HostsEntry {
  readonly hostname: string;
  readonly addresses: readonly string[];
}

/**
 * The hosts file with exactly the wanted lines for one name, and every other byte as it was.
 *
 * Our own lines are `<address> TAB <name> NEWLINE`, at the end of the file. Where the name stands in somebody else's line it
 * is taken out of that line, which otherwise stays; a line without any name left goes, but for its comment. Lines that a
 * resolver would not read as an entry are never touched. Merging twice is merging once.
 *
 * The bytes are read as latin1, in which every byte is one character and back: whatever encoding others wrote survives.
 *
 * @example merge(Buffer.from('::1 localhost\n'), { hostname: 'm', addresses: ['10.0.0.5'] }) // '::1 localhost\n10.0.0.5\tm\n'
 */
export function merge(file: Buffer, { hostname, addresses }: HostsEntry): Buffer {
  const missing = new Set(addresses.map((address) => `${address}\t${hostname}\n`));
  const kept = linesOf(file.toString('latin1')).map((line) =>
    missing.delete(line) ? line : withoutName(line, hostname),
  );
  const before = kept.join('');
  const joint = addresses.length > 0 && before !== '' && !before.endsWith('\n') ? '\n' : '';
  return Buffer.from([before, joint, ...missing].join(''), 'latin1');
}

/** The lines with their newlines; the last one may lack it. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** What the C library's isspace() takes for a blank within a line; not `\s`, which knows more. */
const word = /[ \t\r\v\f]*[^ \t\r\v\f\n]+/g;

function withoutName(line: string, hostname: string): string {
  const comment = line.includes('#') ? line.slice(line.indexOf('#')) : '';
  const entry = line.slice(0, line.length - comment.length);
  const [address = '', ...names] = entry.match(word) ?? [];
  const others = names.filter((name) => !isSameName(name.trim(), hostname));
  if (others.length === names.length || isIP(address.trim()) === 0) return line;
  const rest = entry.slice(address.length + names.join('').length);
  return others.length > 0 ? [address, ...others, rest, comment].join('') : comment;
}

/** Resolvers compare names without regard to case. */
function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
