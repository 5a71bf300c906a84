import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { FreshAnswers, type Kept } from '../../src/content/fresh-answers.ts';
import { UpstreamError, type UpstreamFailure } from '../../src/upstream/upstream-error.ts';
import { ManualClock } from '../harness/manual-clock.ts';

interface Version extends Kept {
  readonly version: number;
}

/** One answer that may change upstream, and what the upstream does about it at the moment. */
class Origin {
  kept: Version | undefined;
  version = 1;
  failure: UpstreamError | undefined;
  asked = 0;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async load(): Promise<Version | undefined> {
    return this.kept;
  }

  async refresh(): Promise<Version> {
    this.asked += 1;
    if (this.failure !== undefined) throw this.failure;
    this.kept = { checkedAt: this.#clock.now(), version: this.version };
    return this.kept;
  }
}

const failing = (failure: UpstreamFailure, retryAfterSeconds?: number): UpstreamError =>
  new UpstreamError(failure, failure, { retryAfterSeconds });

let clock: ManualClock;
let origin: Origin;
let answers: FreshAnswers<Version>;

const ask = async (): Promise<string> => {
  const { value, cache } = await answers.get('key', origin);
  return `${cache} ${value.version}`;
};

beforeEach(() => {
  clock = new ManualClock();
  origin = new Origin(clock);
  answers = new FreshAnswers({ clock, freshMs: 30_000, staleMs: 3_600_000 });
});

describe('while the upstream works', () => {
  test('an answer is given for its time to live, then asked anew', async () => {
    expect(await ask()).toBe('miss 1');
    origin.version = 2;
    clock.advance(29_999);
    expect(await ask()).toBe('hit 1');
    clock.advance(1);
    expect(await ask()).toBe('miss 2');
    expect(origin.asked).toBe(2);
  });

  test('a clock that was set back makes nothing fresh for longer', async () => {
    await ask();
    clock.advance(-1000);
    origin.version = 2;
    expect(await ask()).toBe('miss 2');
  });

  test('"no such thing" is believed for five seconds', async () => {
    origin.failure = failing('unknown');
    await expect(ask()).rejects.toThrow('unknown');
    origin.failure = undefined;
    clock.advance(4999);
    await expect(ask()).rejects.toThrow('unknown');
    clock.advance(1);
    expect(await ask()).toBe('miss 1');
  });
});

describe('while the upstream does not answer', () => {
  beforeEach(async () => {
    await ask();
    clock.advance(30_000);
  });

  test.each(['throttled', 'unreachable', 'timeout', 'failed', 'corrupt'] as const)('%s: stale', async (failure) => {
    origin.failure = failing(failure);
    expect(await ask()).toBe('stale 1');
  });

  test.each(['unknown', 'denied', 'untrusted'] as const)('%s is an answer: never stale', async (failure) => {
    origin.failure = failing(failure);
    await expect(ask()).rejects.toThrow(failure);
    await expect(ask()).rejects.toThrow(failure);
  });

  test('it is left alone for a second, or as long as it wants, up to a minute', async () => {
    for (const [error, pause] of [
      [failing('unreachable'), 1000],
      [failing('throttled', 17), 17_000],
      [failing('throttled', 86_400), 60_000],
    ] as const) {
      origin.failure = error;
      origin.asked = 0;
      await ask();
      clock.advance(pause - 1);
      await ask();
      expect(origin.asked).toBe(1);
      clock.advance(1);
      await ask();
      expect(origin.asked).toBe(2);
      clock.advance(60_000);
    }
  });

  test('an answer older than the limit is not given', async () => {
    origin.failure = failing('unreachable');
    clock.advance(3_600_000);
    await expect(ask()).rejects.toThrow('unreachable');
  });
});

describe('an upstream that thinks about what is known of old', () => {
  /** What is asked of it, and how it answers at last. */
  function thinking() {
    const { promise, resolve } = Promise.withResolvers<Version>();
    const answer = (version: number): void => resolve({ checkedAt: clock.now(), version });
    return { load: () => origin.load(), refresh: () => promise, answer };
  }

  async function after(ms: number): Promise<void> {
    await setImmediate();
    clock.advance(ms);
    await setImmediate();
  }

  beforeEach(async () => {
    await ask();
    clock.advance(30_000);
  });

  test('is waited for: a first connection and a token take their time', async () => {
    const thought = thinking();
    const answer = answers.get('key', thought);
    await after(4999);
    thought.answer(2);
    expect(await answer).toMatchObject({ cache: 'miss', value: { version: 2 } });
  });

  test('is waited for no longer than five seconds; the new answer is given once it has come', async () => {
    const thought = thinking();
    const answer = answers.get('key', thought);
    await after(5000);
    expect((await answer).cache).toBe('stale');
    thought.answer(2);
    expect((await answers.get('key', thought)).value.version).toBe(2);
  });

  test.each([
    {
      title: 'took too long',
      lapse: async () => {
        const answer = answers.get('other', thinking());
        await after(5000);
        return answer;
      },
    },
    {
      title: 'was down',
      lapse: async () => {
        origin.failure = failing('unreachable');
        return answers.get('other', origin);
      },
    },
  ])('is waited for 300 ms when it $title the last time, until it answers in time', async ({ lapse }) => {
    expect((await lapse()).cache).toBe('stale');
    const thought = thinking();
    const answer = answers.get('key', thought);
    await after(300);
    expect((await answer).cache).toBe('stale');
    thought.answer(2);
    await after(0);
    const next = thinking();
    const waited = answers.get('key', next);
    await after(4999);
    next.answer(3);
    expect(await waited).toMatchObject({ cache: 'miss', value: { version: 3 } });
  });
});
