import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { podLayout, type RenderedConfig } from '@entrepot/core';
import type { ServingCertificate } from '@entrepot/testkit';

/** The folder that stands for a pod's root: both programs of a mirror run in it. */
export class MirrorFolder {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
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

  async writeCertificate({ cert, key }: ServingCertificate): Promise<void> {
    await this.write(`${podLayout.servingCertificate}/tls.key`, key);
    await this.write(`${podLayout.servingCertificate}/tls.crt`, cert);
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
