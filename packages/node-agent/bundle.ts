import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes the program one file without dependencies: it runs on every node, where size, start time and memory count. */
export async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('src/main.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    // Node's loader of ES modules alone costs 4 MB of memory.
    format: 'cjs',
    target: 'node22',
  });
}

if (import.meta.main) await bundle(fileURLToPath(new URL('dist/entrepot-node-agent.cjs', import.meta.url)));
