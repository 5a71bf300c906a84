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
    format: 'esm',
    target: 'node22',
    // The YAML library is CommonJS inside and asks for `process` by require().
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}

if (import.meta.main) await bundle(fileURLToPath(new URL('dist/entrepot-node-agent.js', import.meta.url)));
