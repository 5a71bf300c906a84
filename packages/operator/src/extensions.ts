import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from './message-of.ts';
import type { Complaints } from './settings/complaints.ts';

export interface LoadingOptions {
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly complaints: Complaints;
}

/**
 * Loads what modules export by default; complains about those that cannot be loaded or are not what is wanted.
 *
 * @param variable the setting that names them
 * @param specifiers each `./mine.js`, an absolute path, or a package that is installed beside this one
 * @param check throws when an export is not what is wanted
 */
export async function loadExtensions<T>(
  variable: string,
  specifiers: readonly string[],
  check: (candidate: unknown, origin: string) => T,
  { folder, complaints }: LoadingOptions,
): Promise<readonly T[]> {
  const loaded: T[] = [];
  for (const specifier of specifiers) {
    try {
      loaded.push(check(await defaultExport(specifier, folder), specifier));
    } catch (error) {
      complaints.add(variable, specifier, 'modules that can be used', messageOf(error));
    }
  }
  return loaded;
}

/** What is no JavaScript fails with words that name no file. */
async function importOf(specifier: string, location: string): Promise<unknown> {
  try {
    return await import(location);
  } catch (cause) {
    throw new Error(`${specifier} cannot be loaded: ${messageOf(cause)}`, { cause });
  }
}

async function defaultExport(specifier: string, folder: string): Promise<unknown> {
  const location = isPath(specifier) ? pathToFileURL(resolve(folder, specifier)).href : specifier;
  const module = await importOf(specifier, location);
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
}

/** Whether a module is named by its file: `./mine.js` or an absolute path. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier);
}
