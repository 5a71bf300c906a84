import { assert as holds, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { parseByteRange } from '../../src/serve/byte-range.ts';

test.each([
  { header: undefined, range: undefined },
  { header: 'bytes=0-0', range: { from: 0, to: 0 } },
  { header: 'bytes=10-', range: { from: 10, to: 99 } },
  { header: 'bytes=90-1000', range: { from: 90, to: 99 } },
  { header: 'bytes=-10', range: { from: 90, to: 99 } },
  { header: 'bytes=-1000', range: { from: 0, to: 99 } },
  { header: 'bytes=100-', range: 'unsatisfiable' },
  { header: 'bytes=-0', range: 'unsatisfiable' },
  { header: 'bytes=5-4', range: undefined },
  { header: 'bytes=-', range: undefined },
  { header: 'bytes=0-1,5-6', range: undefined },
  { header: 'lines=0-1', range: undefined },
])('$header of 100 bytes', ({ header, range }) => {
  expect(parseByteRange(header, 100)).toEqual(range);
});

test('consecutive slices cover every blob exactly once', () => {
  const sizes = integer({ min: 1, max: 10_000 });
  const slices = integer({ min: 1, max: 3000 });
  const coverage = property(sizes, slices, (size, slice) => {
    let next = 0;
    for (let offset = 0; offset < size; offset += slice) {
      const range = parseByteRange(`bytes=${offset}-${offset + slice - 1}`, size);
      expect(range).toEqual({ from: next, to: Math.min(offset + slice, size) - 1 });
      next = offset + slice;
    }
  });
  expect(() => holds(coverage)).not.toThrow();
});
