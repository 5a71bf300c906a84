import { podLayout } from '@entrepot/core';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { MirrorFolder } from './mirror-folder.ts';
import { Program } from './program.ts';

const fetcherPackage = dirname(createRequire(import.meta.url).resolve('@entrepot/mirror-fetcher/package.json'));

/** The fetcher on the folder's configuration, from its sources. */
export function startFetcher(folder: MirrorFolder): Program {
  const program = join(fetcherPackage, 'src/main.ts');
  const args = ['--conditions=@entrepot/source', program, '--config', `${podLayout.config}/fetcher.json`];
  return new Program(folder, process.execPath, args);
}
