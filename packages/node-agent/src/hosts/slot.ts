import { linesOf } from './hosts-line.ts';

/**
 * Room for our lines in a hosts file that can only be written in place: two halves of equal size behind a comment that says
 * so. At most one half is live. The other one is comments from its first byte to its last, so that whatever is written there
 * changes nothing for a resolver, at whatever byte a reader or a crash cuts it.
 *
 *     # entrepot slot 2x64 -----------------------
 *     10.0.0.5<TAB>mirror-quay.io
 *     #---------------------------------------
 *     #-----------------------
 *     #---------------------------------------
 *
 * A line of ours is born and dies by one byte: its first one, which becomes the first digit of its address or `#`.
 */
export interface Slot {
  /** Where the first half begins in the file. */
  readonly start: number;
  /** Bytes in a half: a power of two. */
  readonly half: number;
}

/** Of memory and of the disk: what is written within one is not seen, nor kept after a crash, in part. */
const pageBytes = 4096;
/** Bytes of the shortest filler, `#` and a newline. */
const shortestFiller = 2;
const header = /^# entrepot slot 2x(\d{1,5}) -*\n/gm;

/** The slots of a file; what only looks like one, because somebody has edited it, is none. */
export function slotsOf(text: string): readonly Slot[] {
  return [...text.matchAll(header)]
    .map((match) => ({ start: match.index + match[0].length, half: Number(match[1]) }))
    .filter((slot) => halvesOf(text, slot).every((half) => half.length === slot.half && isHalf(half)));
}

export function halvesOf(text: string, { start, half }: Slot): readonly [string, string] {
  return [text.slice(start, start + half), text.slice(start + half, start + 2 * half)];
}

/**
 * Whether the slot lies in one page, or in as few as it can, so that a change of it is one for every reader. It did when it
 * was made; somebody who puts bytes above it moves it.
 */
export function isWhole({ start, half }: Slot): boolean {
  const pageOf = (at: number): number => Math.floor(at / pageBytes);
  return pageOf(start + 2 * half - 1) - pageOf(start) < Math.ceil((2 * half) / pageBytes);
}

/** Whether a place of the file is in a slot. */
export function isWithin({ start, half }: Slot, at: number): boolean {
  return at >= start && at < start + 2 * half;
}

function isHalf(text: string): boolean {
  const lines = linesOf(text);
  return text.endsWith('\n') && lines.at(-1)?.startsWith('#') === true && lines.every(isOurForm);
}

function isOurForm(line: string): boolean {
  return line.startsWith('#') || /^[\da-f.:]+\t[^ \t\r\v\f#\n]+\n$/i.test(line);
}

/** Whether nothing in this half means anything to a resolver. */
export function isIdle(half: string): boolean {
  return linesOf(half).every((line) => line.startsWith('#'));
}

/** A half with these lines live, and a filler behind them; undefined when they do not fit. */
export function filledHalf(lines: readonly string[], size: number): string | undefined {
  const room = size - lines.join('').length;
  return room < shortestFiller ? undefined : [...lines, filler('#', room)].join('');
}

/** The same lines, but idle. */
export function idled(half: string): string {
  return half.replace(/^[^#\n]/gm, '#');
}

/** The same lines as comments that say nothing, so that a name which is gone is not found by whoever searches the file. */
export function masked(lines: string): string {
  return lines.replace(/[^\n]/g, '-').replace(/^-/gm, '#');
}

/**
 * What to append to a file so that it has an idle slot for these lines.
 *
 * The header is made as long as it takes for the slot to begin at a multiple of its own size, a power of two: so it lies
 * within one page of memory and of the disk, and within one read of every reader whose buffer is one page or more.
 */
export function idleSlot(fileText: string, lines: readonly string[]): string {
  // Room for the longest address of the family, so that a changed one fits as well.
  const lengths = lines.map((line) => (line.includes(':') ? 39 : 15) + line.length - line.indexOf('\t'));
  const needed = lengths.reduce((sum, length) => sum + length, shortestFiller);
  const half = Math.max(64, 2 ** Math.ceil(Math.log2(needed)));
  const joint = fileText === '' || fileText.endsWith('\n') ? '' : '\n';
  const name = `# entrepot slot 2x${half} `;
  const at = fileText.length + joint.length + name.length + 1;
  const header = filler(name, name.length + 1 + ((2 * half - (at % (2 * half))) % (2 * half)));
  return [joint, header, filler('#', half), filler('#', half)].join('');
}

function filler(beginning: string, length: number): string {
  return `${beginning.padEnd(length - 1, '-')}\n`;
}
