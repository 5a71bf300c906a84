/** First and last byte, both included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of `size` bytes that a Range header asks for (https://www.rfc-editor.org/rfc/rfc9110#name-range).
 *
 * @returns undefined when the whole is to be given: no header, one we do not do (several ranges), or nothing to divide;
 * nginx asks for its first slice even of an empty blob. `unsatisfiable` when the range lies outside.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const groups = /^bytes=(?<first>\d*)-(?<last>\d*)$/.exec(header ?? '')?.groups;
  if (groups === undefined || size === 0) return undefined;
  const { first = '', last = '' } = groups;
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < from) return undefined;
  return from <= to ? { from, to } : 'unsatisfiable';
}
