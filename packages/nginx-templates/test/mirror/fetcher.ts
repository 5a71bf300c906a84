import { fileURLToPath } from 'node:url';
import { layout, type MirrorFolder } from './mirror-folder.ts';
import { Program } from './program.ts';

const program = fileURLToPath(import.meta.resolve('@entrepot/mirror-fetcher'));

/** The fetcher on the folder's configuration, from its sources. */
export function startFetcher(folder: MirrorFolder): Program {
  const args = ['--conditions=@entrepot/source', program, '--config', `${layout.config}/fetcher.json`];
  return new Program(folder, process.execPath, args);
}
