import { expect, test } from 'vitest';
import { Breaker } from '../../src/upstream/breaker.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';
import { ManualClock } from '../harness/manual-clock.ts';

const down = (): Promise<never> => Promise.reject(new UpstreamError('unreachable', 'down'));
const up = (): Promise<string> => Promise.resolve('answer');

test('after three failures in a row nobody waits, then one may try, and success closes it', async () => {
  const clock = new ManualClock();
  const breaker = new Breaker(clock, 'quay.io', { threshold: 3, openMs: 1000 });
  for (let failure = 0; failure < 3; failure += 1) await expect(breaker.guard(down)).rejects.toThrow('down');
  await expect(breaker.guard(up)).rejects.toThrow('quay.io could not be reached a moment ago');

  clock.advance(1000);
  const trying = Promise.withResolvers<string>();
  const trial = breaker.guard(() => trying.promise);
  await expect(breaker.guard(up)).rejects.toThrow('a moment ago');
  trying.resolve('back');
  expect(await trial).toBe('back');
  expect(await breaker.guard(up)).toBe('answer');
});

test('failures with a success between them do not open it', async () => {
  const breaker = new Breaker(new ManualClock(), 'quay.io', { threshold: 2 });
  for (const work of [down, up, down]) await breaker.guard(work).catch(() => undefined);
  expect(await breaker.guard(up)).toBe('answer');
});
