import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A command line, without its own arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** `entrepot`: as users get it, or from its sources while this runs from sources. */
export const entrepot = command('operator/bin/entrepot.js', 'operator/src/cli/main.ts');

/** The node agent, likewise. */
export const nodeAgent = command('node-agent/bin/entrepot-node-agent.js', 'node-agent/src/main.ts');

/** The fetcher of a mirror, likewise. */
export const mirrorFetcher = command('mirror-fetcher/bin/entrepot-mirror-fetcher.js', 'mirror-fetcher/src/main.ts');

function command(built: string, source: string): Command {
  const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const isSource = extname(import.meta.filename) === '.ts';
  return isSource ? [process.execPath, '--conditions=@entrepot/source', path(source)] : [process.execPath, path(built)];
}
