import { access, link, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '../digest.ts';
import type { BlobSource } from './blob-source.ts';
import { hasCode, placed, syncFolder } from './durable.ts';
import { filePieces } from './file-pieces.ts';
import type { StoreLayout } from './store-layout.ts';
import type { TemporaryFile } from './temporary-files.ts';

/** Verified blobs, once on disk however many repositories have them. */
export class BlobStore {
  readonly #layout: StoreLayout;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /** The blob, when this repository is known to have it. */
  async open(repository: string, digest: Digest): Promise<BlobSource | undefined> {
    const path = this.#layout.link(repository, digest);
    try {
      const { size } = await stat(path);
      return { size, cache: 'hit', verified: Promise.resolve(), read: (from, to) => readFrom(path, from, to) };
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Whether the bytes are there, for whatever repository. */
  async has(digest: Digest): Promise<boolean> {
    return access(this.#layout.blob(digest)).then(
      () => true,
      () => false,
    );
  }

  /** Takes over a file whose bytes were verified. Afterwards the temporary name is gone. */
  async adopt(file: TemporaryFile, digest: Digest): Promise<void> {
    await file.handle.sync();
    // A link, not a rename: where another repository's download was first, its file stays the one.
    await linkInto(file.path, this.#layout.blob(digest));
    await rm(file.path, { force: true });
  }

  /** Gives the blob to a repository. Only for callers that know from the upstream that it has it. */
  async share(repository: string, digest: Digest): Promise<void> {
    await linkInto(this.#layout.blob(digest), this.#layout.link(repository, digest));
  }
}

async function* readFrom(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  yield* filePieces(file, from, to);
}

async function linkInto(existing: string, path: string): Promise<void> {
  try {
    await placed(path, () => link(existing, path));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  await syncFolder(dirname(path));
}
