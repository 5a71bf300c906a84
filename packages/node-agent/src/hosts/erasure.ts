import { difference, type Edit } from '../files/edit.ts';
import { entryWith, isName } from './hosts-line.ts';
import type { Occurrence } from './occurrence.ts';
import { idled, isWithin, masked, type Slot } from './slot.ts';

/**
 * What to write, in this order, to make a name go from a line that stands in the file: in a slot the line becomes a comment;
 * elsewhere the name gives way to blanks, with its address where the line has no other name.
 */
export function erasure({ at, line }: Occurrence, hostname: string, slots: readonly Slot[]): readonly Edit[] {
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
