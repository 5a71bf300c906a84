import type { MirrorFolder } from './mirror-folder.ts';
import { podLayout } from '@entrepot/core';
import { Program, type ProgramOptions } from './program.ts';

const program = process.env.NGINX_PROGRAM ?? 'nginx';
// Where Debian keeps it; not on everybody's path.
const env = { PATH: `${process.env.PATH ?? ''}:/usr/sbin` };

function run(folder: MirrorFolder, more: readonly string[], options: ProgramOptions): Program {
  // Started by root, nginx would hand its work to a user that cannot read the test's folder. In a pod it is never root.
  const asRoot = options.uid === undefined && process.getuid?.() === 0;
  const globals = `daemon off;${asRoot ? ' user root;' : ''}`;
  const args = ['-e', 'stderr', '-p', './', '-c', `${podLayout.config}/default.conf`, '-g', globals, ...more];
  return new Program(folder, program, args, { ...options, env });
}

/** nginx on the folder's configuration, with the command line it has in a pod. */
export function startNginx(folder: MirrorFolder, options: ProgramOptions = {}): Program {
  return run(folder, [], options);
}

/** What `nginx -t` says about the folder's configuration. */
export async function testNginx(
  folder: MirrorFolder,
): Promise<{ readonly exitCode: number | null; readonly says: string }> {
  const test = run(folder, ['-t'], {});
  return { exitCode: await test.exitCode(), says: test.stderr };
}
