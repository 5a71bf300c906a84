import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { VolumeFiles } from './volume-files.ts';

/**
 * A folder whose files change all at once, laid out as a kubelet does it: the files lie in a folder `..<something>`,
 * the link `..data` points to it and is replaced by a rename, and every file's name is a link through `..data`.
 */
export class AtomicFolder {
  readonly #path: string;
  #written: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes the folder hold these files and no others; whether anything changed. */
  async write(files: VolumeFiles): Promise<boolean> {
    const fingerprint = fingerprintOf(files);
    if (fingerprint === this.#written) return false;
    await mkdir(this.#path, { recursive: true });
    const previous = await readlink(join(this.#path, '..data')).catch(() => undefined);
    const next = await this.#writeVersion(files);
    await symlink(basename(next), join(this.#path, '..data_next'));
    await rename(join(this.#path, '..data_next'), join(this.#path, '..data'));
    await this.#linkNames(new Set([...files.keys()].map((path) => path.split('/')[0] ?? path)));
    if (previous !== undefined) await rm(join(this.#path, previous), { recursive: true, force: true });
    this.#written = fingerprint;
    return true;
  }

  async #writeVersion(files: VolumeFiles): Promise<string> {
    const version = await mkdtemp(join(this.#path, '..version-'));
    // Everybody may look into it, as into a kubelet's; the files have modes of their own.
    await chmod(version, 0o755);
    for (const [path, { content, mode }] of files) {
      await mkdir(dirname(join(version, path)), { recursive: true });
      await writeFile(join(version, path), content, { mode });
    }
    return version;
  }

  async #linkNames(names: ReadonlySet<string>): Promise<void> {
    const present = new Set((await readdir(this.#path)).filter((name) => !name.startsWith('..')));
    for (const name of names) if (!present.has(name)) await symlink(join('..data', name), join(this.#path, name));
    for (const name of present) if (!names.has(name)) await rm(join(this.#path, name));
  }
}

function fingerprintOf(files: VolumeFiles): string {
  const hash = createHash('sha256');
  for (const [path, { content, mode }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${mode}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
