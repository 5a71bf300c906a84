import { isIP } from 'node:net';

/** A line that a resolver reads as an entry, cut into parts that make the line when they are joined. */
export interface EntryLine {
  /** With the blanks before it. */
  readonly address: string;
  /** Each with the blanks before it. */
  readonly names: readonly string[];
  /** Blanks behind the last name. */
  readonly rest: string;
  /** From the `#` on, or the line's end. */
  readonly comment: string;
}

/** The lines with their newlines; the last one may lack it. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** What the C library's isspace() takes for a blank within a line; not `\s`, which knows more. */
const word = /[ \t\r\v\f]*[^ \t\r\v\f\n]+/g;

/** The entry in a line, if it is one that has the name; what a resolver would skip is none. */
export function entryWith(hostname: string, line: string): EntryLine | undefined {
  // Hosts files may be long, and this is asked of every line.
  if (!line.toLowerCase().includes(hostname.toLowerCase())) return undefined;
  const end = line.search(/[#\n]|$/);
  const entry = line.slice(0, end);
  const [address = '', ...names] = entry.match(word) ?? [];
  if (isIP(address.trim()) === 0 || !names.some((name) => isName(name, hostname))) return undefined;
  return { address, names, rest: entry.slice(address.length + names.join('').length), comment: line.slice(end) };
}

/** Whether a word of an entry is this name; resolvers compare without regard to case. */
export function isName(word: string, hostname: string): boolean {
  return word.trim().toLowerCase() === hostname.toLowerCase();
}
