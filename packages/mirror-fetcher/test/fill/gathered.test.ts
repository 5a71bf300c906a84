import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { gathered } from '../../src/fill/gathered.ts';
import { eventually } from '../harness/eventually.ts';

/** Gives texts, one by one, and says how far it was asked. */
class Source {
  given = 0;
  isLeft = false;
  readonly #texts: readonly string[];
  readonly #failure: Error | undefined;

  constructor(texts: readonly string[], failure?: Error) {
    this.#texts = texts;
    this.#failure = failure;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (const text of this.#texts) {
        await turn();
        this.given += 1;
        yield Buffer.from(text);
      }
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      this.isLeft = true;
    }
  }
}

function texts(batch: readonly Buffer[]): readonly string[] {
  return batch.map((chunk) => chunk.toString());
}

const letters = ['aaa', 'bbb', 'ccc', 'ddd', 'eee', 'fff'];

describe('what comes from an upstream', () => {
  test('is given piece by piece to who has dealt with one before the next comes', async () => {
    const batches: (readonly string[])[] = [];
    for await (const batch of gathered(new Source(letters), 1000)) batches.push(texts(batch));
    expect(batches).toEqual(letters.map((text) => [text]));
  });

  test('while somebody deals with a piece, is given at once afterwards', async () => {
    const source = new Source(letters);
    const batches: (readonly string[])[] = [];
    for await (const batch of gathered(source, 1000)) {
      batches.push(texts(batch));
      await eventually(() => source.isLeft);
    }
    expect(batches).toEqual([['aaa'], ['bbb', 'ccc', 'ddd', 'eee', 'fff']]);
  });

  test('faster than it is dealt with waits at the upstream: only so much, and a piece, is in memory', async () => {
    const source = new Source(letters);
    const batches: (readonly string[])[] = [];
    for await (const batch of gathered(source, 5)) {
      batches.push(texts(batch));
      const before = batches.flat().length;
      await eventually(() => source.given === Math.min(before + 2, letters.length));
      for (let turns = 0; turns < 20; turns += 1) await turn();
      expect(source.given).toBeLessThanOrEqual(before + 2);
    }
    expect(batches).toEqual([['aaa'], ['bbb', 'ccc'], ['ddd', 'eee'], ['fff']]);
  });

  test('before it fails is given before the failure', async () => {
    const source = new Source(letters, new Error('broken'));
    const given: string[] = [];
    const reading = (async () => {
      for await (const batch of gathered(source, 1000)) {
        given.push(...texts(batch));
        await eventually(() => source.isLeft);
      }
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(given).toEqual(letters);
  });

  test('is let go of when nobody wants it any more', async () => {
    const source = new Source(letters);
    for await (const batch of gathered(source, 5)) {
      expect(texts(batch)).toEqual(['aaa']);
      await eventually(() => source.given === 3);
      break;
    }
    await eventually(() => source.isLeft);
    expect(source.given).toBeLessThan(letters.length);
  });

  test('may be nothing', async () => {
    for await (const batch of gathered(new Source([]), 5)) expect(batch).toEqual([]);
  });
});
