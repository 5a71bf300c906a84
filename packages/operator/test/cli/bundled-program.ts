import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the bundled program. */
    readonly program: string;
  }
}

/**
 * Bundles the program once for all test files, as it is in its image. Tests start it a hundred times, and from its sources
 * each start takes four times as long.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
  // Here it finds packages that settings name, as it does where npm installed it.
  const results = join(packageFolder, '.test-results');
  await mkdir(results, { recursive: true });
  const folder = await mkdtemp(join(results, 'program-'));
  for (const part of ['package.json', 'bin', 'compat']) {
    await cp(join(packageFolder, part), join(folder, part), { recursive: true });
  }
  await build({
    entryPoints: { 'cli/main': fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)) },
    outdir: join(folder, 'dist'),
    bundle: true,
    // The probe must not load the whole program.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['@entrepot/source'],
    logLevel: 'warning',
    // Some of the packages it imports are CommonJS and load others when they run.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  project.provide('program', folder);
  return () => rm(folder, { recursive: true });
}
