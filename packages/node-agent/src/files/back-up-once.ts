import { link, rm, stat } from 'node:fs/promises';
import { openFile } from './open-file.ts';
import { removeLeftovers, syncFolderOf, writeBeside } from './replace-file.ts';

/**
 * Copies a file as it is now, unless there is a backup already: the first one, from before we changed anything, is the one
 * worth keeping. The backup appears complete or not at all. The caller holds the lock.
 *
 * @returns whether a backup was made
 * @throws NoFileError; other errors when the file cannot be read, or the backup cannot be written or is not a file
 */
export async function backUpOnce(path: string, backup: string): Promise<boolean> {
  await removeLeftovers(backup);
  const { content, mode } = await readWithMode(path);
  if (await isFile(backup)) return false;
  const temporary = await writeBeside(backup, content, { mode });
  try {
    await link(temporary, backup);
    await syncFolderOf(backup);
  } finally {
    await rm(temporary, { force: true });
  }
  return true;
}

async function readWithMode(path: string): Promise<{ readonly content: Buffer; readonly mode: number }> {
  const file = await openFile(path);
  try {
    return { content: await file.readFile(), mode: (await file.stat()).mode };
  } finally {
    await file.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (status?.isDirectory()) throw new Error(`${path} is a folder, not a file`);
  return status !== undefined;
}
