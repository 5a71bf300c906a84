import type { HostsEntry } from '../../src/hosts/merge.ts';

/** The names that writers change, and what they change them to: of both families, and of different lengths. */
export const hostnames = ['mirror-a.io', `mirror-${'long-'.repeat(10)}b.example.org`] as const;
const addresses = [
  [],
  ['10.0.0.5'],
  ['10.96.112.34'],
  ['10.255.255.254'],
  ['fd00::5'],
  ['10.0.0.7', 'fd00:10:96::ab12'],
] as const;

/** All that writers ever ask for. */
export const entries: readonly HostsEntry[] = hostnames.flatMap((hostname) =>
  addresses.map((addresses) => ({ hostname, addresses })),
);

/** A line that another program appends. */
export const appended = (index: number): string => `203.0.113.1 appended-${index}.example # by somebody else\n`;

const ours = new Set(entries.flatMap(({ hostname, addresses }) => addresses.map((ip) => `${ip}\t${hostname}\n`)));

/**
 * Looks for what must never be seen: an empty file, a missing or changed byte of others, a line that nobody wrote.
 *
 * @param foreign what the file held at first, without any of our names
 * @returns how many appended lines there are, or what is wrong
 */
export function inspect(text: string, foreign: string): number | string {
  if (text === '') return 'the file is empty';
  if (!text.startsWith(foreign)) return 'bytes of others are missing or changed';
  let count = 0;
  for (const line of text.slice(foreign.length).match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line === appended(count)) count += 1;
    // Somebody else's own writing, across the border of two pages, is seen in two parts.
    else if (!line.endsWith('\n') && appended(count).startsWith(line)) continue;
    else if (!line.startsWith('#') && !ours.has(line)) return `nobody wrote ${JSON.stringify(line)}`;
  }
  return count;
}
