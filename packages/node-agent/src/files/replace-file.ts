import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Who may do what with a file, in stat's words. */
export interface Ownership {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Puts a file in the place of another in one step: whoever reads sees the old content or the new one, also after a crash. */
export async function replaceFile(path: string, content: Buffer, ownership: Ownership): Promise<void> {
  const temporary = await writeBeside(path, content, ownership);
  try {
    await rename(temporary, path);
    await syncFolderOf(path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes the content to a new file in the same folder, safely on disk, and gives its path.
 * Its name ends in `.tmp`, so that a container runtime that loads every `*.crt` of the folder passes it over.
 */
export async function writeBeside(path: string, content: Buffer, { mode, uid, gid }: Ownership): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const file = await open(temporary, 'wx', mode);
  try {
    if (uid !== undefined && gid !== undefined) await file.chown(uid, gid);
    await file.chmod(mode & 0o7777);
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}

/** Makes the folder's entries, a rename among them, survive a power cut. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
