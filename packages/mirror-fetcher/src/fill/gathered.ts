/**
 * Gives what has come so far, at once, and meanwhile goes on taking what comes: who deals with few pieces at a time when
 * they come slowly deals with many when they come fast. At most `maxBytes` wait, and the piece that exceeded it.
 * When the source fails, what came before is given first.
 */
export async function* gathered(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<readonly Buffer[]> {
  const gathering = new Gathering(maxBytes);
  const source = gathering.take(chunks);
  // It is looked at only when everything before it was given.
  source.catch(() => {});
  try {
    for (let batch = await gathering.next(); batch.length > 0; batch = await gathering.next()) yield batch;
    await source;
  } finally {
    gathering.leave();
  }
}

class Gathering {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #hasEnded = false;
  #isLeft = false;
  #change = Promise.withResolvers<void>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async take(chunks: AsyncIterable<Buffer>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        this.#chunks.push(chunk);
        this.#bytes += chunk.length;
        this.#wake();
        while (this.#bytes >= this.#maxBytes && !this.#isLeft) await this.#change.promise;
        if (this.#isLeft) return;
      }
    } finally {
      this.#hasEnded = true;
      this.#wake();
    }
  }

  /** All there is, as soon as there is something; nothing at the end. */
  async next(): Promise<readonly Buffer[]> {
    while (this.#chunks.length === 0 && !this.#hasEnded) await this.#change.promise;
    const batch = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wake();
    return batch;
  }

  /** Nobody asks any more: the source is let go of with its next piece. */
  leave(): void {
    this.#isLeft = true;
    this.#wake();
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
