import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import type { Account, Upstream } from './upstream.ts';

/** An image that a pod can run. */
export interface RunnableImage {
  /** Repository and tag: `team/app:1`. */
  readonly name: string;
  /** The size of each layer beside the one with the program: bytes that no one can compress. */
  readonly layers: readonly number[];
}

/** What {@link pushImage} works with, beside the image itself. */
export interface PushTools {
  /** The program crane. */
  readonly crane: string;
  /** The program that the image runs: statically linked, it waits for SIGTERM. */
  readonly program: string;
  /** Whose name it pushes in, where the upstream asks for one. */
  readonly account?: Account;
}

/** Makes an image, pushes it to the upstream, and returns its digest. No two images share a layer. */
export async function pushImage(
  upstream: Upstream,
  { name, layers }: RunnableImage,
  { crane, program, account }: PushTools,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'push-'));
  const env = { DOCKER_CONFIG: folder };
  const host = await upstream.localHost();
  try {
    if (account !== undefined) await logIn(folder, host, account);
    const addProgram = async (root: string): Promise<void> => {
      await cp(program, join(root, 'program'));
      await writeFile(join(root, 'made-for'), randomUUID());
    };
    const archives = [await layer(folder, 'program', addProgram)];
    for (const [index, size] of layers.entries()) {
      const file = `data-${index}`;
      archives.push(await layer(folder, file, (root) => writeFile(join(root, file), randomBytes(size))));
    }
    const target = `${host}/${name}`;
    const appended = archives.flatMap((archive) => ['--new_layer', archive]);
    await runProgram(crane, ['append', '--insecure', ...appended, '--new_tag', target], { env });
    const settings = [
      '--entrypoint',
      '/program',
      '--set-platform',
      `linux/${process.arch === 'x64' ? 'amd64' : 'arm64'}`,
    ];
    const output = await runProgram(crane, ['mutate', '--insecure', ...settings, '--tag', target, target], { env });
    return output.trim().replace(/^.*@/, '');
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function layer(folder: string, name: string, fill: (root: string) => Promise<void>): Promise<string> {
  const root = join(folder, name);
  await mkdir(root);
  await fill(root);
  await runProgram('tar', ['-C', root, '-cf', `${root}.tar`, '.']);
  return `${root}.tar`;
}

async function logIn(folder: string, host: string, { username, password }: Account): Promise<void> {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
}
