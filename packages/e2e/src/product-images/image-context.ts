import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Our programs that run in containers: packages and, by the same names, images. */
export const products = ['operator', 'mirror-fetcher', 'node-agent'] as const;
export type Product = (typeof products)[number];

const packages = fileURLToPath(new URL('../../..', import.meta.url));

/** Fills the folder with what goes into the image: the built package, without sources and with everything it imports. */
export async function fillContext(product: Product, folder: string): Promise<void> {
  const from = join(packages, product);
  for (const part of ['package.json', 'bin']) await cp(join(from, part), join(folder, part), { recursive: true });
  switch (product) {
    case 'operator':
      return bundleOperator(join(from, 'dist'), join(folder, 'dist'));
    case 'mirror-fetcher':
      return cp(join(from, 'dist/main.js'), join(folder, 'dist/main.js'));
    case 'node-agent':
      return cp(join(from, 'dist/entrepot-node-agent.cjs'), join(folder, 'dist/entrepot-node-agent.cjs'));
  }
}

/** In pieces, as it has probes that must not load the whole program. */
async function bundleOperator(from: string, to: string): Promise<void> {
  await build({
    entryPoints: { 'cli/main': join(from, 'cli/main.js') },
    outdir: to,
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'warning',
    // Some of the packages it imports are CommonJS and load others when they run.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}
