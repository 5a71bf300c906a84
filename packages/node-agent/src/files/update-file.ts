import { readFile, realpath, stat } from 'node:fs/promises';
import type { Edit } from './edit.ts';
import { editInPlace } from './edit-in-place.ts';
import { isMountPoint } from './mount-point.ts';
import { replaceFile } from './replace-file.ts';

/** A change in two forms that come to the same. */
export interface FileChange {
  /** The whole content after the change. */
  readonly merged: (content: Buffer) => Buffer;
  /** What to write into the file as it stands; asked again afterwards, until there is nothing. */
  readonly edits: (content: Buffer) => readonly Edit[];
}

/**
 * Changes a file, unless it is as it should be. The caller holds whatever lock is needed.
 *
 * A file that is a mount point, or has other names, is edited in place; any other is replaced in one step.
 *
 * @returns whether the file was written
 * @throws OrphanError; the file system's errors
 */
export async function updateFile(path: string, { merged, edits }: FileChange): Promise<boolean> {
  const target = await realpath(path);
  const status = await stat(target);
  if (status.nlink !== 1 || (await isMountPoint(target))) return editInPlace(target, edits);

  const before = await readFile(target);
  const after = merged(before);
  if (after.equals(before)) return false;
  await replaceFile(target, after, status);
  return true;
}
