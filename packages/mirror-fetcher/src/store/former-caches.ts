import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.ts';

/**
 * Removes from a mirror's volume what mirror-operator's caches left there: nobody has verified it, nobody reads it, and it would
 * fill the disk. Everything else stays. That is
 *
 *     <c>/<bb>/<md5 that ends with bb and c>     nginx's cache, levels=1:2, with its temporary files
 *     docker/registry/v2/{blobs,repositories}    registry:2.6.0, until 2018
 *     scheduler-state.json                       its list of what expires when
 */
export async function removeFormerCaches(volume: string, log: Log, signal: AbortSignal): Promise<void> {
  const removed = { files: 0, bytes: 0 };
  try {
    for await (const file of formerFiles(volume)) {
      if (signal.aborted) return;
      const { size } = await lstat(file);
      await rm(file);
      removed.files += 1;
      removed.bytes += size;
    }
    await removeEmptyFolders(volume);
  } catch (error) {
    log.warn({ ...removed, error: String(error) }, "not all of mirror-operator's cache could be removed");
    return;
  }
  if (removed.files > 0) log.info(removed, "mirror-operator's cache was removed");
}

async function* formerFiles(volume: string): AsyncGenerator<string> {
  for (const last of await folders(volume, /^[0-9a-f]$/)) {
    for (const middle of await folders(join(volume, last), /^[0-9a-f]{2}$/)) {
      const folder = join(volume, last, middle);
      const isCached = new RegExp(`^[0-9a-f]{29}${middle}${last}(\\.\\d{10})?$`);
      for (const name of await names(folder, 'file')) if (isCached.test(name)) yield join(folder, name);
    }
  }
  for (const tree of await registryTrees(volume)) yield* filesBelow(tree);
  for (const name of await names(volume, 'file')) if (name === 'scheduler-state.json') yield join(volume, name);
}

async function removeEmptyFolders(volume: string): Promise<void> {
  for (const last of await folders(volume, /^[0-9a-f]$/)) {
    for (const middle of await folders(join(volume, last), /^[0-9a-f]{2}$/))
      await removeIfEmpty(join(volume, last, middle));
    await removeIfEmpty(join(volume, last));
  }
  const trees = await registryTrees(volume);
  for (const tree of trees) await removeEmptyTree(tree);
  for (const folder of ['docker/registry/v2', 'docker/registry', 'docker']) {
    if (trees.length > 0) await removeIfEmpty(join(volume, folder));
  }
}

/** The folders of registry:2.6.0, as far as they are there. */
async function registryTrees(volume: string): Promise<readonly string[]> {
  let folder = volume;
  for (const name of ['docker', 'registry', 'v2']) {
    if (!(await names(folder, 'folder')).includes(name)) return [];
    folder = join(folder, name);
  }
  return (await folders(folder, /^(blobs|repositories)$/)).map((name) => join(folder, name));
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const name of await names(folder, 'folder')) yield* filesBelow(join(folder, name));
  for (const name of await names(folder, 'file')) yield join(folder, name);
}

async function removeEmptyTree(folder: string): Promise<void> {
  for (const name of await names(folder, 'folder')) await removeEmptyTree(join(folder, name));
  await removeIfEmpty(folder);
}

async function removeIfEmpty(folder: string): Promise<void> {
  if ((await readdir(folder)).length === 0) await rmdir(folder);
}

async function folders(parent: string, pattern: RegExp): Promise<readonly string[]> {
  return (await names(parent, 'folder')).filter((name) => pattern.test(name));
}

/** Links are neither: what they point to is somebody else's. */
async function names(parent: string, type: 'file' | 'folder'): Promise<readonly string[]> {
  const entries = await readdir(parent, { withFileTypes: true });
  return entries.filter((entry) => (type === 'file' ? entry.isFile() : entry.isDirectory())).map(({ name }) => name);
}
