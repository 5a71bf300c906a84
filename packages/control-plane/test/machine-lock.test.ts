import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { withMachineLock } from '../src/machine-lock.ts';

test('of many that want a lock, each has it alone, whoever waits when another gives it up', async () => {
  const name = randomUUID();
  let holders = 0;
  const seen: number[] = [];
  const work = async (): Promise<void> => {
    holders += 1;
    seen.push(holders);
    await new Promise(setImmediate);
    holders -= 1;
  };
  await Promise.all(Array.from({ length: 100 }, () => withMachineLock(name, work)));
  expect(seen).toEqual(Array.from({ length: 100 }, () => 1));
});
