import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes the oldest files of a folder whose names begin with `prefix` until `count` are left. */
export async function keepNewest(folder: string, prefix: string, count: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  if (names.length <= count) return;
  const files = await Promise.all(names.map((name) => writtenAt(join(folder, name))));
  const oldestFirst = files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  for (const { path } of oldestFirst.slice(0, names.length - count)) await rm(path, { force: true });
}

async function writtenAt(path: string): Promise<{ readonly path: string; readonly mtimeMs: number }> {
  // Gone meanwhile: to be removed first.
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return { path, mtimeMs };
}
