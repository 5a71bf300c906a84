import { open, readFile, realpath, stat } from 'node:fs/promises';
import { isMountPoint } from './mount-point.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Reads a file, computes its new content and writes that, unless it is the old one. The caller holds whatever lock is needed.
 *
 * A file that is a mount point, or has other names, is written in place; any other is replaced in one step.
 *
 * @returns whether the file was written
 */
export async function updateFile(path: string, change: (content: Buffer) => Buffer): Promise<boolean> {
  const target = await realpath(path);
  const before = await readFile(target);
  const after = change(before);
  if (after.equals(before)) return false;

  const status = await stat(target);
  if (status.nlink > 1 || (await isMountPoint(target))) await overwrite(target, after, before.length);
  else await replaceFile(target, after, status);
  return true;
}

/**
 * One write over the old content, padded to its length with newlines, and only then the cut to size: at no point does a
 * reader find an empty file or the torn end of an old line.
 */
async function overwrite(path: string, content: Buffer, oldLength: number): Promise<void> {
  const padding = Buffer.alloc(Math.max(0, oldLength - content.length), '\n');
  const padded = Buffer.concat([content, padding]);
  const file = await open(path, 'r+');
  try {
    const { bytesWritten } = await file.write(padded, 0, padded.length, 0);
    if (bytesWritten < padded.length) {
      await file.write(padded, bytesWritten, padded.length - bytesWritten, bytesWritten);
    }
    await file.truncate(content.length);
    await file.sync();
  } finally {
    await file.close();
  }
}
