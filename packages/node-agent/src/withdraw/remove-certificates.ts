import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { removeLeftovers, syncFolderOf } from '../files/replace-file.ts';
import { certificateFilesIn, originOf } from '../trusted-ca/certificate-files.ts';

/**
 * Takes what the trusted-ca mode wrote out of a folder, and the folder, if nothing else is in it. Repeating it after a crash
 * does the rest.
 *
 * @returns the names of what is left: no agent wrote it
 */
export async function removeCertificates(folder: string): Promise<readonly string[]> {
  const files = certificateFilesIn(folder);
  const ours = await unlessMissing(readFile(files.tls));
  const origin = await originOf(files, [ours]);
  // The file that is compared with goes last.
  if (origin === 'link' || origin === 'copy') await rm(files.ca);
  if (ours !== undefined) await rm(files.tls);
  for (const path of [files.tls, files.ca]) await removeLeftovers(path);
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error;
  });
  await unlessMissing(syncFolderOf(folder));
  return (await unlessMissing(readdir(folder)))?.sort() ?? [];
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
