import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole, type MakeRoom } from './write-whole.ts';

/** A file nobody else knows yet. */
export interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** @throws StoreFullError when the disk is full and nothing can be evicted. */
  append(chunks: readonly Uint8Array[]): Promise<void>;
}

/** The folder where content is written before it is given its name. */
export class TemporaryFiles {
  readonly #folder: string;
  readonly #makeRoom: MakeRoom;

  /** `makeRoom` is called when the disk is full. */
  constructor(folder: string, makeRoom: MakeRoom) {
    this.#folder = folder;
    this.#makeRoom = makeRoom;
  }

  /** Removes what a crash has left. */
  async clean(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
  }

  async create(): Promise<TemporaryFile> {
    const path = join(this.#folder, randomUUID());
    const handle = await open(path, 'wx+');
    return { path, handle, append: (chunks) => writeWhole(handle, chunks, this.#makeRoom) };
  }
}
