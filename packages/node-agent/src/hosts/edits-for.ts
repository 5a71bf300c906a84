import { difference, type Edit } from '../files/edit.ts';
import { erasure } from './erasure.ts';
import { entryWith, linesOf } from './hosts-line.ts';
import { ownLines, type HostsEntry } from './merge.ts';
import { occurrences, type Occurrence } from './occurrence.ts';
import {
  filledHalf,
  halvesOf,
  idleSlot,
  idled,
  isIdle,
  isWhole,
  isWithin,
  masked,
  slotsOf,
  type Slot,
} from './slot.ts';

/**
 * What to write, in this order, to a file that cannot be replaced, so that it says about one name what `merge` would make of
 * it. Never is a byte moved or cut off: others may append at any time, asking nobody. And after each byte of each write every
 * line is one that was there before or one that is wanted, so that neither a reader nor a crash in the middle finds another.
 *
 * Lines change only in slots that lie in one page. Where there is no room for ours, the only edit is one that makes it; the next call does the rest.
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
    .filter(isWhole)
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
