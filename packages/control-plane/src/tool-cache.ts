import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withMachineLock } from './machine-lock.ts';

/** Where programs that were downloaded or built are kept: `entrepot/tools` below $XDG_CACHE_HOME or ~/.cache. */
export function toolsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'entrepot', 'tools');
}

/** The folder `<tools>/<name>-<key>` if it was made before. */
export async function findCached(name: string, key: string): Promise<string | undefined> {
  const folder = join(toolsFolder(), `${name}-${key}`);
  return access(folder).then(
    () => folder,
    () => undefined,
  );
}

/**
 * The folder `<tools>/<name>-<key>`, made by `make` when it is not there. Only a complete result gets that name, and
 * two processes that need the same one make it once.
 */
export async function cached(name: string, key: string, make: (folder: string) => Promise<void>): Promise<string> {
  const target = join(toolsFolder(), `${name}-${key}`);
  await mkdir(toolsFolder(), { recursive: true }).catch((error: unknown) => {
    const cause = `built programs cannot be kept in ${toolsFolder()}: ${String(error)}`;
    throw new Error(`${cause}. Set XDG_CACHE_HOME to a folder that can be written to.`, { cause: error });
  });
  return withMachineLock(target, async () => {
    const found = await findCached(name, key);
    if (found !== undefined) return found;
    const unfinished = await mkdtemp(join(toolsFolder(), '.unfinished-'));
    try {
      await make(unfinished);
      await rename(unfinished, target);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return target;
  });
}
