import { expect, test } from 'vitest';
import { pullMsIn } from '../../src/bench/pod-wave.ts';

test.each([
  ['612ms', 612],
  ['2.345s', 2345],
  ['1m2.5s', 62_500],
  ['1h0m1s', 3_601_000],
])('the kubelet says that a pull took %s: %i ms', (duration, ms) => {
  const message = `Successfully pulled image "bench.example.test/a:1" in ${duration} (${duration} including waiting). Image size: 10 bytes.`;
  expect(pullMsIn(message)).toBe(ms);
});

test('a pull that was none tells no duration', () => {
  const message = 'Container image "bench.example.test/a:1" already present on machine';
  expect(() => pullMsIn(message)).toThrow(`this tells no duration: ${message}`);
});
