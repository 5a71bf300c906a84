import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether a file system call failed with this code, e.g. `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Makes names added to or removed from a folder survive a crash of the machine. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** Makes the folder of `path`, then puts the file there. Twice, if an eviction removes the empty folder in between. */
export async function placed(path: string, place: () => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await place();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    await mkdir(dirname(path), { recursive: true });
    await place();
  }
}
