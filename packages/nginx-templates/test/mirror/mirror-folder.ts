import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { podLayout, type RenderedConfig } from '@entrepot/core';
import { AtomicFolder, type ServingCertificate, type VolumeFiles } from '@entrepot/testkit';

/** The folder that stands for a pod's root: both programs of a mirror run in it. */
export class MirrorFolder {
  readonly root: string;
  readonly #pair: AtomicFolder;
  readonly #publicCertificate: AtomicFolder;

  private constructor(root: string) {
    this.root = root;
    this.#pair = new AtomicFolder(this.path(podLayout.servingCertificate));
    this.#publicCertificate = new AtomicFolder(this.path(dirname(podLayout.publicCertificate)));
  }

  static async create(): Promise<MirrorFolder> {
    const folder = new MirrorFolder(await mkdtemp(join(tmpdir(), 'mirror-')));
    const { config, servingCertificate, store, sockets, scratch } = podLayout;
    for (const path of [config, servingCertificate, store, sockets, scratch]) {
      await mkdir(folder.path(path), { recursive: true });
    }
    return folder;
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  async writeConfig({ files }: RenderedConfig): Promise<void> {
    for (const [name, text] of Object.entries(files)) await this.write(`${podLayout.config}/${name}`, text);
  }

  /** As a kubelet does it: both volumes of the Secret, one after the other, each at once. */
  async writeCertificate({ cert, key }: ServingCertificate): Promise<void> {
    await this.#pair.write(filesOf({ 'tls.crt': cert, 'tls.key': key }));
    await this.#publicCertificate.write(filesOf({ [basename(podLayout.publicCertificate)]: cert }));
  }

  /** Only what a pod may write to, as in a container with a read-only root file system. */
  async giveTo(uid: number): Promise<void> {
    await chmod(this.root, 0o755);
    for (const path of [podLayout.store, podLayout.sockets, podLayout.scratch]) await chown(this.path(path), uid, uid);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

function filesOf(texts: Readonly<Record<string, string>>): VolumeFiles {
  return new Map(Object.entries(texts).map(([name, text]) => [name, { content: Buffer.from(text), mode: 0o644 }]));
}
