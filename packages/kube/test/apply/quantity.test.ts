import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantityInBillionths } from '../../src/apply/quantity.ts';

describe('quantities', () => {
  test.each([
    { a: '0.5', b: '500m' },
    { a: '1024Mi', b: '1Gi' },
    { a: 1, b: '1000m' },
    { a: '1e3', b: '1k' },
    { a: '.5Gi', b: '512Mi' },
    { a: '1500m', b: 1.5 },
    { a: '+2', b: '2.' },
    { a: '-1', b: '-1000m' },
    { a: '1E', b: '1e18' },
    { a: '0.0000000001', b: '1n' },
  ])('$a is $b', ({ a, b }) => expect(quantityInBillionths(a)).toBe(quantityInBillionths(b)));

  test.each([
    { a: '1G', b: '1Gi' },
    { a: '1', b: '1m' },
    { a: '2', b: '-2' },
  ])('$a is not $b', ({ a, b }) => expect(quantityInBillionths(a)).not.toBe(quantityInBillionths(b)));

  test.each(['', 'm', '1x', '1 Gi', '1Kib', '--1', '1e', {}, undefined, true])('%j is no quantity', (value) =>
    expect(quantityInBillionths(value)).toBeUndefined(),
  );

  test('a whole number is a thousand times as many thousandths', () => {
    assert(
      property(integer(), (number) => {
        expect(quantityInBillionths(`${number}`)).toBe(quantityInBillionths(`${BigInt(number) * 1000n}m`));
      }),
    );
  });
});
