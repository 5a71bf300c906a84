import { build } from 'esbuild';
import type { Product } from '../product-images/image-context.ts';

const entryPoints: Readonly<Record<Product, string>> = {
  operator: 'packages/operator/src/cli/main.ts',
  'mirror-fetcher': 'packages/mirror-fetcher/src/main.ts',
  'node-agent': 'packages/node-agent/src/main.ts',
};

/**
 * The folders, below the repository, of all npm packages that have code in an image's program; this repository's too.
 * Bundled anew for the purpose, from sources, so that what is a bundle already is seen through.
 */
export async function bundledPackages(product: Product, repository: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entryPoints[product]],
    conditions: ['@entrepot/source'],
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outdir: 'unused',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const files = inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []));
  return [...new Set(files.map(packageFolder))].sort();
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` is of `node_modules/a/node_modules/@b/c`. */
export function packageFolder(file: string): string {
  const [folder] = /^(?:.*node_modules\/(?:@[^/]+\/)?|packages\/)[^/]+/.exec(file) ?? [];
  if (folder === undefined) throw new Error(`${file} is of no package`);
  return folder;
}
