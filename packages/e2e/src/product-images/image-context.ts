import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Our programs that run in containers: packages and, by the same names, images. */
export const products = ['operator', 'mirror-fetcher', 'node-agent'] as const;

/** One of them. */
export type Product = (typeof products)[number];

const packages = fileURLToPath(new URL('../../..', import.meta.url));

/** Programs that stand in for Python, in images that take the place of others. */
const standIns: Partial<Record<Product, string>> = { operator: 'compat/python', 'node-agent': 'bin/python' };

/** Fills the folder with what goes into the image: the built package, without sources and with everything it imports. */
export async function fillContext(product: Product, folder: string): Promise<void> {
  const from = join(packages, product);
  const app = join(folder, 'app');
  for (const part of ['package.json', 'bin']) await cp(join(from, part), join(app, part), { recursive: true });
  const standIn = standIns[product];
  if (standIn !== undefined) await addStandIn(folder, standIn, await readFile(join(from, standIn), 'utf8'));
  switch (product) {
    case 'operator':
      return bundleOperator(join(from, 'dist'), join(app, 'dist'));
    case 'mirror-fetcher':
      return cp(join(from, 'dist/main.js'), join(app, 'dist/main.js'));
    case 'node-agent':
      return cp(join(from, 'dist/entrepot-node-agent.cjs'), join(app, 'dist/entrepot-node-agent.cjs'));
  }
}

/** Where there is no /usr/bin/env, the program's first line names Node.js itself. */
async function addStandIn(folder: string, path: string, program: string): Promise<void> {
  const file = join(folder, 'app', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, program.replace('/usr/bin/env node', '/nodejs/bin/node'), { mode: 0o755 });
  await mkdir(join(folder, 'links'));
  await symlink(join('/app', path), join(folder, 'links/python'));
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
