import { readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolderOf } from '../files/replace-file.ts';

/**
 * Takes what the trusted-ca mode wrote out of a folder, and the folder, if nothing else is in it. A `ca.crt` that is not the
 * same as `tls.crt` is somebody else's. Repeating it after a crash does the rest.
 */
export async function removeCertificates(folder: string): Promise<void> {
  const [tls, ca] = [join(folder, 'tls.crt'), join(folder, 'ca.crt')];
  const ours = await unlessMissing(readFile(tls));
  if (ours !== undefined) {
    // The file that is compared with goes last.
    if ((await unlessMissing(readFile(ca)))?.equals(ours)) await rm(ca);
    await rm(tls);
  }
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error;
  });
  await unlessMissing(syncFolderOf(folder));
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
