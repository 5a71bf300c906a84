import { describe, expect, test } from 'vitest';
import { backoffMs } from '../src/index.ts';

const range = { baseMs: 100, maxMs: 1_000 };

describe('back-off', () => {
  test.each([
    { failures: 1, least: 50, most: 100 },
    { failures: 2, least: 100, most: 200 },
    { failures: 4, least: 400, most: 800 },
    { failures: 5, least: 500, most: 1_000 },
    { failures: 10_000, least: 500, most: 1_000 },
  ])('after $failures failures waits from $least to $most ms', ({ failures, least, most }) => {
    expect(backoffMs(failures, range, () => 0)).toBe(least);
    expect(backoffMs(failures, range, () => 1)).toBe(most);
  });
});
