/** A change of a file that replaces bytes by as many others, or adds some at its end; as latin1, one character a byte. */
export type Edit = { readonly at: number; readonly bytes: string } | { readonly append: string };

/** The least that turns one text into another of the same length, at some place of a file: nothing, or one write. */
export function difference(at: number, before: string, after: string): readonly Edit[] {
  let [from, to] = [0, after.length];
  while (from < to && before[from] === after[from]) from += 1;
  while (to > from && before[to - 1] === after[to - 1]) to -= 1;
  return from === to ? [] : [{ at: at + from, bytes: after.slice(from, to) }];
}
