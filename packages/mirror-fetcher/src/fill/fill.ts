import { hashFor, type Digest } from '../digest.ts';
import type { BlobSource } from '../store/blob-source.ts';
import { filePieces } from '../store/file-pieces.ts';
import type { TemporaryFile } from '../store/temporary-files.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { BlobStream } from './blob-stream.ts';
import { gathered } from './gathered.ts';
import { Progress } from './progress.ts';

/** So much waits while a write is under way, to be the next one: a download has twice that in memory. */
const gatheredBytes = 1024 * 1024;

/**
 * One download of a blob, read by any number of clients while it goes on. It belongs to none of them: it goes on
 * when all have left.
 */
export class Fill implements BlobSource {
  readonly verified: Promise<void>;
  /** Resolves when the download has ended, well or not, and nobody reads from its file any more. */
  readonly idle: Promise<void>;
  readonly #digest: Digest;
  readonly #file: TemporaryFile;
  readonly #progress = new Progress();
  readonly #total: number | undefined;
  readonly #becameIdle = Promise.withResolvers<void>();
  #received = 0;
  #stored: BlobSource | undefined;
  #hasEnded = false;
  #readers = 0;

  /** `store` is called when the bytes in `file` are verified, and gives back where they can be read from then on. */
  constructor(digest: Digest, file: TemporaryFile, stream: BlobStream, store: () => Promise<BlobSource>) {
    this.#digest = digest;
    this.#file = file;
    this.#total = stream.total;
    this.idle = this.#becameIdle.promise.then(() => file.handle.close());
    this.verified = this.#run(stream, store);
    // Readers learn of a failure by their reads; when there are none, it is not an unhandled one.
    this.verified.catch(() => {});
  }

  /** Resolves when `size` is right: at once when the upstream has said it, else at the end. */
  get sized(): Promise<void> {
    return this.#total === undefined ? this.verified : Promise.resolve();
  }

  get cache(): BlobSource['cache'] {
    return this.#stored === undefined ? 'miss' : 'hit';
  }

  get size(): number {
    return this.#total ?? this.#received;
  }

  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (this.#stored !== undefined) {
      yield* this.#stored.read(from, to);
      return;
    }
    this.#readers += 1;
    try {
      yield* filePieces(this.#file.handle, from, to, (position) => this.#progress.beyond(position));
    } finally {
      this.#readers -= 1;
      this.#settle();
    }
  }

  async #run(stream: BlobStream, store: () => Promise<BlobSource>): Promise<void> {
    try {
      await this.#receive(stream.chunks);
      this.#stored = await store();
      this.#progress.release(this.size);
    } catch (error) {
      this.#progress.fail(error);
      throw error;
    } finally {
      this.#hasEnded = true;
      this.#settle();
    }
  }

  async #receive(chunks: AsyncIterable<Buffer>): Promise<void> {
    const hash = hashFor(this.#digest);
    for await (const batch of gathered(chunks, gatheredBytes)) {
      const written = this.#file.append(batch);
      for (const chunk of batch) {
        hash.update(chunk);
        this.#received += chunk.length;
      }
      await written;
      // The last byte is the pledge for all others: whoever gets it may believe what he has.
      this.#progress.release(Math.min(this.#received, (this.#total ?? 0) - 1));
    }
    if (hash.digest('hex') !== this.#digest.hex || this.#received !== this.size)
      throw new UpstreamError(
        'corrupt',
        `the bytes the upstream gave for ${this.#digest.text} are not those of the digest`,
      );
  }

  #settle(): void {
    if (this.#hasEnded && this.#readers === 0) this.#becameIdle.resolve();
  }
}
