import { describe, expect, test } from 'vitest';
import { imageSource } from '../src/image-source.ts';

describe('ENTREPOT_IMAGES', () => {
  test.each([
    { value: undefined, expected: 'auto' },
    { value: '', expected: 'auto' },
    { value: 'auto', expected: 'auto' },
    { value: 'public', expected: 'public' },
    { value: 'built', expected: 'built' },
  ])('$value is $expected', ({ value, expected }) => expect(imageSource(value)).toBe(expected));

  test('another value is refused, with those that are understood', () => {
    expect(() => imageSource('local')).toThrow('ENTREPOT_IMAGES=local must be one of auto, public, built');
  });
});
