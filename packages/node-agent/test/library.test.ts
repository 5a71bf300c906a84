import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the library is pure: it pulls in no other package, and nothing that waits, reads or writes', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const imports = Object.values(metafile.inputs).flatMap(({ imports: found }) => found.map(({ path }) => path));
  const outside = imports.filter((path) => !path.includes('src/hosts/'));
  expect(outside).toEqual(['node:net']);
});
