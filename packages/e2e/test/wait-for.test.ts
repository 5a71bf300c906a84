import { expect, test } from 'vitest';
import { pauseMs, waitFor } from '../src/wait-for.ts';

test('a wait ends when nothing is missing any more, and says how long it took', async () => {
  const lines: string[] = [];
  const states = ['1 of 2', undefined];
  const options = { timeoutMs: 5_000, onProgress: (line: string) => void lines.push(line) };
  await waitFor('2 nodes', async () => states.shift(), options);
  expect(lines).toEqual([expect.stringMatching(/^2 nodes: after 0\.\d s$/)]);
});

test('a wait that takes too long fails with what was missing last', async () => {
  const wait = waitFor('2 nodes', async () => '1 of 2', { timeoutMs: 10, onProgress: () => {} });
  await expect(wait).rejects.toThrow(/^2 nodes: not within 0\.\d s: 1 of 2$/);
});

test('a question that fails counts as missing what it failed with', async () => {
  const refuse = (): Promise<string> => Promise.reject(new Error('connection refused'));
  const wait = waitFor('2 nodes', refuse, { timeoutMs: 10, onProgress: () => {} });
  await expect(wait).rejects.toThrow('connection refused');
});

test.each([
  { waited: 0, pause: 250 },
  { waited: 2_000, pause: 250 },
  { waited: 8_000, pause: 1_000 },
  { waited: 60_000, pause: 2_000 },
])('after $waited ms, the next question comes $pause ms later', ({ waited, pause }) => {
  expect(pauseMs(waited)).toBe(pause);
});
