import { entryWith, linesOf } from './hosts-line.ts';

/** A line that has a name, and where it begins in the file. */
export interface Occurrence {
  readonly at: number;
  readonly line: string;
}

/** The lines of a file that a resolver finds for a name, in their order. */
export function occurrences(text: string, hostname: string): readonly Occurrence[] {
  let at = 0;
  return linesOf(text).flatMap((line) => {
    const occurrence = { at, line };
    at += line.length;
    return entryWith(hostname, line) === undefined ? [] : [occurrence];
  });
}
