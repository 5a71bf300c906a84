import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** A file nobody else knows yet. */
export interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** The folder where content is written before it is given its name. */
export class TemporaryFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes what a crash has left. */
  async clean(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
  }

  async create(): Promise<TemporaryFile> {
    const path = join(this.#folder, randomUUID());
    return { path, handle: await open(path, 'wx+') };
  }
}
