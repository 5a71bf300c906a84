import { difference, type Edit } from '../files/edit.ts';
import { entryWith, isName, linesOf } from './hosts-line.ts';
import { ownLines, type HostsEntry } from './merge.ts';
import { filledHalf, halvesOf, idleSlot, idled, isIdle, masked, slotsOf, type Slot } from './slot.ts';

/** A line that has the name. */
interface Occurrence {
  readonly at: number;
  readonly line: string;
}

/**
 * What to write, in this order, to a file that cannot be replaced, so that it says about one name what `merge` would make of
 * it. Never is a byte moved or cut off: others may append at any time, asking nobody. And after each byte of each write every
 * line is one that was there before or one that is wanted, so that neither a reader nor a crash in the middle finds another.
 *
 * Where there is no room for our lines, the only edit is one that makes it; the next call does the rest.
 */
export function editsFor(file: Buffer, entry: HostsEntry): readonly Edit[] {
  const text = file.toString('latin1');
  const wanted = ownLines(entry);
  const found = occurrences(text, entry.hostname);
  const kept = wanted.flatMap((line) => found.find((occurrence) => occurrence.line === line) ?? []);
  const slots = slotsOf(text);
  const erased = (lines: readonly Occurrence[]): readonly Edit[] =>
    lines.flatMap((occurrence) => erasure(occurrence, entry.hostname, slots));
  if (kept.length === wanted.length) return erased(found.filter((occurrence) => !kept.includes(occurrence)));

  const usable = slots
    .map((slot) => placeIn(slot, text, wanted, entry.hostname))
    .filter((place) => place !== undefined);
  const place = usable.find(({ isOurs }) => isOurs) ?? usable[0];
  if (place === undefined) return [{ append: idleSlot(text, wanted) }];
  return [...place.edits, ...erased(found.filter(({ at }) => !isWithin(place.slot, at)))];
}

/** How to make a slot hold the lines, and nothing else; undefined when it is too small, or not ours and not free. */
function placeIn(slot: Slot, text: string, wanted: readonly string[], hostname: string) {
  const [first, second] = halvesOf(text, slot);
  const live = filledHalf(wanted, slot.half);
  const index = isIdle(first) ? 0 : 1;
  const target = index === 0 ? first : second;
  const inUse = linesOf(first + second).filter((line) => !line.startsWith('#'));
  const isForeign = inUse.some((line) => entryWith(hostname, line) === undefined);
  if (live === undefined || !isIdle(target) || isForeign) return undefined;

  const prepared = idled(live);
  const [before, after] =
    index === 0 ? [prepared + second, live + idled(second)] : [first + prepared, idled(first) + live];
  const edits = [
    ...rewrittenComments(slot.start + index * slot.half, target, prepared),
    // The one write that counts: new lines come to life, old ones die.
    ...difference(slot.start, before, after),
    ...difference(slot.start, after, index === 0 ? live + masked(second) : masked(first) + live),
  ];
  return { slot, isOurs: inUse.length > 0, edits };
}

/** Turns comments into others of the same length, through states that are comments as well. */
function rewrittenComments(at: number, before: string, after: string): readonly Edit[] {
  const joined = oneComment(before);
  return [
    ...bytesThatDiffer(at, before, joined),
    ...difference(at, joined, oneComment(after)),
    ...bytesThatDiffer(at, oneComment(after), after),
  ];
}

function oneComment(lines: string): string {
  return lines.replace(/\n(?!$)/g, '#');
}

function bytesThatDiffer(at: number, before: string, after: string): readonly Edit[] {
  return Array.from(after).flatMap((byte, index) => (byte === before[index] ? [] : [{ at: at + index, bytes: byte }]));
}

function occurrences(text: string, hostname: string): readonly Occurrence[] {
  let at = 0;
  return linesOf(text).flatMap((line) => {
    const occurrence = { at, line };
    at += line.length;
    return entryWith(hostname, line) === undefined ? [] : [occurrence];
  });
}

function erasure({ at, line }: Occurrence, hostname: string, slots: readonly Slot[]): readonly Edit[] {
  if (slots.some((slot) => isWithin(slot, at))) {
    return [{ at, bytes: '#' }, ...difference(at, idled(line), masked(line))];
  }
  const entry = entryWith(hostname, line);
  if (entry === undefined) return [];
  const { address, names } = entry;
  if (names.every((name) => isName(name, hostname))) {
    return blanked(at, line.length - entry.comment.length - entry.rest.length, '#');
  }
  let end = at + address.length;
  return names.flatMap((name) => {
    end += name.length;
    const { length } = name.trimStart();
    // No name begins with this, so that a part of a name is never taken for another one.
    return isName(name, hostname) ? blanked(end - length, length, '-') : [];
  });
}

/** Blanks in place of a text, whose first byte is a mark until all others are gone, the last ones first. */
function blanked(at: number, length: number, mark: string): readonly Edit[] {
  const rest = Array.from({ length: length - 1 }, (_, index) => ({ at: at + length - 1 - index, bytes: ' ' }));
  return [{ at, bytes: mark }, ...rest, { at, bytes: ' ' }];
}

function isWithin({ start, half }: Slot, at: number): boolean {
  return at >= start && at < start + 2 * half;
}
