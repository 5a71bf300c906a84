import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cached, timed, type Progress } from '@entrepot/control-plane';
import { needDebianPackages } from './debian-packages.ts';
import { runProgram } from './run-program.ts';

/** A file system made of Debian packages. */
export interface DebianRoot {
  /** Names it in the cache and in progress lines. */
  readonly name: string;
  readonly suite: string;
  /** `minbase` can install packages itself; `extract` has these packages' files and those they depend on, nothing else. */
  readonly variant: 'minbase' | 'extract';
  readonly packages: readonly string[];
  /** Shell commands once the files of the first packages are there (with `extract`: of all), run on this machine; `$1` is the root. */
  readonly hooks?: readonly string[];
}

// Nobody reads them in a container.
const leftOut = ['man', 'doc', 'locale', 'info'].map((folder) => `path-exclude=/usr/share/${folder}/*`);

/** Its tar archive, made by mmdebstrap unless that was done before. */
export async function debianRoot(root: DebianRoot, onProgress: Progress): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(root)).digest('hex').slice(0, 16);
  const make = async (folder: string): Promise<void> => {
    await needDebianPackages({ mmdebstrap: 'mmdebstrap' });
    await timed(onProgress, root.name, `putting together Debian ${root.suite}`, () => mmdebstrap(root, folder));
  };
  return join(await cached(root.name, key, make), 'root.tar');
}

async function mmdebstrap({ suite, variant, packages, hooks }: DebianRoot, folder: string): Promise<void> {
  await runProgram('mmdebstrap', [
    `--variant=${variant}`,
    '--mode=root',
    `--include=${packages.join(',')}`,
    '--aptopt=Apt::Install-Recommends "false"',
    // Testing suites are published less often than their lists stay valid.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...leftOut.map((option) => `--dpkgopt=${option}`),
    ...(hooks ?? []).map((hook) => `--extract-hook=${hook}`),
    suite,
    join(folder, 'root.tar'),
  ]);
}
