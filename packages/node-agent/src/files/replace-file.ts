import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Who may do what with a file, in stat's words. */
export interface Ownership {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Puts a file in the place of another in one step: whoever reads sees the old content or the new one, also after a crash. */
export async function replaceFile(path: string, content: Buffer, ownership: Ownership): Promise<void> {
  await moveTo(path, await writeBeside(path, content, ownership));
}

/** Puts a symbolic link in the place of a file, in one step. */
export async function replaceByLink(path: string, destination: string): Promise<void> {
  const temporary = temporaryBeside(path);
  await symlink(destination, temporary);
  await moveTo(path, temporary);
}

async function moveTo(path: string, temporary: string): Promise<void> {
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
  const temporary = temporaryBeside(path);
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

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

/**
 * Removes what an agent that was killed while it replaced a file left beside it. Nobody else may be replacing it: for a shared
 * file, the caller holds the lock.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const beginning = `.${basename(path)}.`;
  const leftovers = names.filter(
    (name) =>
      name.startsWith(beginning) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/.test(name.slice(beginning.length)),
  );
  for (const name of leftovers) await rm(join(dirname(path), name), { force: true });
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
