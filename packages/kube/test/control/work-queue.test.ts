import { describe, expect, test } from 'vitest';
import { WorkQueue } from '../../src/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

const never = new AbortController().signal;

describe('the work queue', () => {
  test('gives keys in the order in which they came, each once', async () => {
    const queue = new WorkQueue();
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect(queue.size).toBe(2);
    expect([await queue.get(never), await queue.get(never)]).toEqual(['a', 'b']);
    expect(queue.size).toBe(0);
  });

  test('a worker that waits gets the next key', async () => {
    const queue = new WorkQueue();
    const waiting = queue.get(never);
    queue.add('a');
    expect(await waiting).toBe('a');
  });

  test('a key that is worked on comes again afterwards, never at the same time', async () => {
    const queue = new WorkQueue();
    queue.add('a');
    await queue.get(never);
    queue.add('a');
    queue.add('a');
    expect(queue.size).toBe(0);
    queue.done('a');
    expect(queue.size).toBe(1);
    await queue.get(never);
    queue.done('a');
    expect(queue.size).toBe(0);
  });

  test('a delayed key comes when its time has come; of two delays the earlier counts', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 2_000);
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 3_000);
    await clock.advance(999);
    expect(queue.size).toBe(0);
    await clock.advance(1);
    expect(await queue.get(never)).toBe('a');
    queue.done('a');
    await clock.advance(10_000);
    expect(queue.size).toBe(0);
  });

  test('without delays, delayed keys come at once, each once, and no timer is left', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 1_000);
    queue.retry('b');
    queue.endDelays();
    expect(queue.size).toBe(2);
    expect([await queue.get(never), await queue.get(never)]).toEqual(['a', 'b']);
    for (const key of ['a', 'b']) queue.done(key);
    await clock.advance(1_000);
    expect(queue.size).toBe(0);
  });

  test('an event makes the delay of its key void', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 1_000);
    queue.add('a');
    await queue.get(never);
    queue.done('a');
    await clock.advance(1_000);
    expect(queue.size).toBe(0);
  });

  test('the back-off of a key grows until it is forgotten, and is at least what the server asked for', async () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock });
    const waitOf = async (retry: () => void) => {
      retry();
      const startedAt = clock.now();
      while (queue.size === 0) await clock.advance(10);
      queue.done(await queue.get(never));
      return clock.now() - startedAt;
    };
    const waits = [];
    for (let failure = 0; failure < 4; failure++) waits.push(await waitOf(() => queue.retry('a')));
    expect(waits[3]).toBeGreaterThanOrEqual(400);
    queue.forget('a');
    expect(await waitOf(() => queue.retry('a'))).toBeLessThanOrEqual(100);
    expect(await waitOf(() => queue.retry('a', 5_000))).toBe(5_000);
  });

  test('a worker can stop waiting; the key goes to another', async () => {
    const queue = new WorkQueue();
    const stop = new AbortController();
    const stopped = queue.get(stop.signal);
    const other = queue.get(never);
    stop.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    queue.add('a');
    expect(await other).toBe('a');
  });
});
