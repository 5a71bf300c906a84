import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseDigest } from '../../src/digest.ts';
import { sliceFile } from '../../src/index.ts';

const digest = parseDigest(`sha256:${'0'.repeat(64)}`);

test.each([
  { levels: [1, 2], folders: (name: string) => `${name.slice(-1)}/${name.slice(-3, -1)}` },
  { levels: [2, 2, 1], folders: (name: string) => `${name.slice(-2)}/${name.slice(-4, -2)}/${name.slice(-5, -4)}` },
])('a slice lies where nginx puts it with levels $levels', ({ levels, folders }) => {
  if (digest === undefined) throw new Error('not a digest');
  const name = createHash('md5').update(`team/app|${digest.text}|bytes=4194304-8388607`).digest('hex');
  const layout = { path: 'slices', levels, sizeBytes: 4_194_304 };
  expect(sliceFile(layout, 'team/app', digest, 4_194_304)).toBe(`slices/${folders(name)}/${name}`);
});
