import { describe, expect, test } from 'vitest';
import { interruptionSince, type Pull } from './support/interruption.ts';

const ok = (began: number, ended: number): Pull => ({ began: began * 1000, ended: ended * 1000 });
const failed = (began: number, ended: number, error = 'refused'): Pull => ({ ...ok(began, ended), error });
const nothing = { failed: 0, seconds: 0, reasons: [] };

describe('what pulls show of something that happened at 10 s', () => {
  test.each([
    {
      title: 'none failed',
      pulls: [ok(0, 9), ok(9, 12), ok(12, 14)],
      seen: { ...nothing, succeeded: 2, slowestSeconds: 3 },
    },
    {
      title: 'it lasted from the last success before the failures to the first one after them',
      pulls: [ok(7, 9), failed(9, 11), failed(11, 12, 'reset'), failed(12, 13), ok(13, 15), ok(15, 16)],
      seen: { failed: 3, succeeded: 2, seconds: 6, slowestSeconds: 2, reasons: ['refused', 'reset'] },
    },
    {
      title: 'a success between failures does not end it',
      pulls: [ok(7, 9), failed(9, 11), ok(11, 12), failed(12, 13), ok(13, 15)],
      seen: { failed: 2, succeeded: 2, seconds: 6, slowestSeconds: 2, reasons: ['refused'] },
    },
    {
      title: 'it has no end while none succeeds',
      pulls: [ok(7, 9), failed(9, 11), failed(11, 12)],
      seen: { failed: 2, succeeded: 0, seconds: Infinity, slowestSeconds: 0, reasons: ['refused'] },
    },
    {
      title: 'failures of before do not count',
      pulls: [failed(7, 9), ok(9, 11)],
      seen: { ...nothing, succeeded: 1, slowestSeconds: 2 },
    },
    {
      title: 'where nothing succeeded before, it began with the first failure',
      pulls: [failed(9, 11), ok(11, 12)],
      seen: { failed: 1, succeeded: 1, seconds: 3, slowestSeconds: 1, reasons: ['refused'] },
    },
  ])('$title', ({ pulls, seen }) => expect(interruptionSince(pulls, 10_000)).toEqual(seen));
});
