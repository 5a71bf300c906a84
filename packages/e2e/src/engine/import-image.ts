import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import type { DockerEngine } from './docker-engine.ts';

/** An image of one layer that needs no building: programs, and perhaps a file system below them. */
export interface ImportedImage {
  /** Several names where programs share an image, whose layers are then stored and loaded once. */
  readonly names: readonly [string, ...string[]];
  /** Folders or files, and where they lie in the image: `{ '/build/tools': 'usr/local/bin' }`. */
  readonly content: Readonly<Record<string, string>>;
  /** The archive of the file system below; none where the content is enough. */
  readonly root?: string;
  /** Instructions as in a Dockerfile: `ENTRYPOINT ["/usr/local/bin/pause"]`. */
  readonly changes?: readonly string[];
}

/** Makes the image in the engine. */
export async function importImage(engine: DockerEngine, image: ImportedImage): Promise<void> {
  const [name, ...others] = image.names;
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  try {
    const root = join(folder, 'root');
    const context = join(folder, 'context');
    await mkdir(root);
    await mkdir(context);
    if (image.root !== undefined) await runProgram('tar', ['-C', root, '-xf', image.root]);
    for (const [from, to] of Object.entries(image.content)) {
      await cp(from, join(root, to), { recursive: true, verbatimSymlinks: true });
    }
    const owner = ['--owner=0', '--group=0', '--numeric-owner'];
    await runProgram('tar', ['-C', root, ...owner, '-cf', join(context, 'root.tar'), '.']);
    const instructions = ['FROM scratch', 'ADD root.tar /', ...(image.changes ?? [])];
    await writeFile(join(context, 'Dockerfile'), instructions.join('\n'));
    await engine.docker(['build', '--quiet', '--tag', name, context]);
    for (const other of others) await engine.docker(['tag', name, other]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
