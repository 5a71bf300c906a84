/** The middle one of some numbers; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const both = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return both.reduce<number>((sum, value) => sum + (value ?? Number.NaN) / 2, 0);
}
