import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { removeFormerCaches } from '../../src/store/former-caches.ts';
import { eventually } from '../harness/eventually.ts';
import { Mirror } from '../harness/mirror.ts';

const { signal } = new AbortController();
const blob = 'docker/registry/v2/blobs/sha256/aa/aabb/data';

async function volumeWith(...files: readonly string[]): Promise<string> {
  const volume = await mkdtemp(join(tmpdir(), 'volume-'));
  onTestFinished(() => rm(volume, { recursive: true, force: true }));
  for (const file of files) await fill(volume, file);
  return volume;
}

async function fill(volume: string, file: string): Promise<void> {
  await mkdir(dirname(join(volume, file)), { recursive: true });
  await writeFile(join(volume, file), '0123456789');
}

/** All that is on the volume, empty folders included. */
async function everything(volume: string): Promise<readonly string[]> {
  return (await readdir(volume, { recursive: true })).sort();
}

async function removal(volume: string): Promise<readonly object[]> {
  const lines: object[] = [];
  const note = (fields: object, message: string): void => void lines.push({ message, ...fields });
  await removeFormerCaches(volume, { info: note, warn: note, error: note }, signal);
  return lines;
}

test.each([
  {
    title: "nginx's cache",
    files: ['c/29/b7f54b2df7773722d382f4809d65029c', 'c/28/b7f54b2df7773722d382f4809d65028c'],
    bytes: 20,
  },
  { title: 'a file that nginx was writing', files: ['c/29/b7f54b2df7773722d382f4809d65029c.0000000017'], bytes: 10 },
  {
    title: 'the registry of 2018',
    files: [blob, 'docker/registry/v2/repositories/team/app/_layers/sha256/aabb/link', 'scheduler-state.json'],
    bytes: 30,
  },
])('removes $title and says how much that was', async ({ files, bytes }) => {
  const volume = await volumeWith(...files);
  expect(await removal(volume)).toEqual([
    { message: "mirror-operator's cache was removed", files: files.length, bytes },
  ]);
  expect(await everything(volume)).toEqual([]);
});

test('leaves everything else', async () => {
  const others = [
    'lost+found/#12',
    'store/blobs/sha256/aa/aabb',
    'slices/c/29/b7f54b2df7773722d382f4809d65029c',
    'c/29/b7f54b2df7773722d382f4809d65029d',
    'c/29/notes.txt',
    'c/readme',
    'd/29/more/b7f54b2df7773722d382f4809d65029d',
    'docker/registry/v2/notes.txt',
    'docker/daemon.json',
    'b7f54b2df7773722d382f4809d65029c',
    'notes/scheduler-state.json',
  ];
  const volume = await volumeWith(...others);
  const before = await everything(volume);
  await fill(volume, 'c/29/b7f54b2df7773722d382f4809d65029c');
  await fill(volume, blob);
  expect(await removal(volume)).toHaveLength(1);
  expect(await everything(volume)).toEqual(before);
  expect(await removal(volume)).toEqual([]);
});

test('does not follow links out of the volume', async () => {
  const elsewhere = await volumeWith('29/b7f54b2df7773722d382f4809d65029c', 'registry/v2/blobs/data');
  const volume = await volumeWith();
  await symlink(elsewhere, join(volume, 'c'));
  await symlink(elsewhere, join(volume, 'docker'));
  expect(await removal(volume)).toEqual([]);
  expect(existsSync(join(elsewhere, '29/b7f54b2df7773722d382f4809d65029c'))).toBe(true);
  expect(existsSync(join(elsewhere, 'registry/v2/blobs/data'))).toBe(true);
});

test('a volume that cannot be read is said, and is no reason to stop', async () => {
  const [line] = await removal('/nowhere');
  expect(line).toMatchObject({ message: "not all of mirror-operator's cache could be removed", files: 0 });
});

test('happens when the fetcher starts, which answers meanwhile', async () => {
  const mirror = await Mirror.prepare();
  await fill(mirror.folder, 'c/29/b7f54b2df7773722d382f4809d65029c');
  await mirror.startFetcher({ ...mirror.config, volume: mirror.folder });
  const removed = { message: "mirror-operator's cache was removed", files: 1, bytes: 10 };
  await eventually(() => mirror.lines.some((line) => isDeepStrictEqual(line, removed)));
  expect(existsSync(join(mirror.folder, 'c'))).toBe(false);
  expect(existsSync(join(mirror.folder, 'store'))).toBe(true);
});
