import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { sha256Of } from '../../src/digest.ts';
import { Fill } from '../../src/fill/fill.ts';
import { StoreFullError, writeWhole } from '../../src/store/write-whole.ts';
import { eventually } from '../harness/eventually.ts';

const piece = randomBytes(100_000);

describe('a download onto a full disk', () => {
  test('fails for all its readers by that name, and lets go of the upstream', async () => {
    let isLeft = false;
    let asked = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield piece;
      } finally {
        isLeft = true;
      }
    }
    // The kernel's own full disk.
    const handle = await open('/dev/full', 'r+');
    const makeRoom = async (): Promise<boolean> => {
      asked += 1;
      return asked === 1;
    };
    const append = (chunks: readonly Uint8Array[]): Promise<void> => writeWhole(handle, chunks, makeRoom);
    const stream = { total: 100_000_000, chunks: endless() };
    const fill = new Fill(sha256Of(piece), { path: '/dev/full', handle, append }, stream, () => {
      throw new Error('nothing of it may be stored');
    });
    const readers = [0, 50_000_000].map(async (from) => {
      for await (const bytes of fill.read(from, from + 10)) expect(bytes).toHaveLength(0);
    });
    const outcomes = await Promise.allSettled([...readers, fill.verified]);
    const isFull = outcomes.map((one) => one.status === 'rejected' && one.reason instanceof StoreFullError);
    expect(isFull).toEqual([true, true, true]);
    // Asked for room once: a disk that is full even then stays full.
    expect(asked).toBe(1);
    await fill.idle;
    await eventually(() => isLeft);
  });
});
