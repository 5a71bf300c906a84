import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HostsLock } from '../../src/hosts/hosts-lock.ts';
import { Overlap } from '../../src/hosts/overlap.ts';
import { temporaryFolder } from '../running-agent.ts';

test('the lock is held for as long as the operator speaks of an overlap, but for no longer than a minute', async () => {
  const lockFile = join(temporaryFolder(), 'lock');
  const isFree = () => spawnSync('flock', ['-n', '-x', lockFile, 'true']).status === 0;
  const { signal } = new AbortController();
  let nowMs = 0;
  const lock = new HostsLock({ lockFile, keepOnExit: true });
  const overlap = new Overlap(lock, { info: () => {} }, () => nowMs);
  const steps = [
    { seconds: 0, isOverlapping: false, isFree: true },
    { seconds: 1, isOverlapping: true, isFree: false },
    { seconds: 60, isOverlapping: true, isFree: false },
    { seconds: 61, isOverlapping: true, isFree: true },
    { seconds: 62, isOverlapping: true, isFree: true },
    { seconds: 63, isOverlapping: false, isFree: true },
    { seconds: 64, isOverlapping: true, isFree: false },
    { seconds: 65, isOverlapping: false, isFree: true },
  ];
  const seen: unknown[] = [];
  for (const { seconds, isOverlapping } of steps) {
    nowMs = seconds * 1000;
    await overlap.follow(isOverlapping, signal);
    seen.push({ seconds, isOverlapping, isFree: isFree() });
  }
  expect(seen).toEqual(steps);
  await overlap.follow(true, signal);
  await overlap.end();
  expect(isFree()).toBe(true);
});
