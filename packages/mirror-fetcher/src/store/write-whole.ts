import { hasCode } from './durable.ts';

/** The volume of the store is full. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';

  constructor(cause?: unknown) {
    super("the mirror's volume is full, and nothing can be evicted", { cause });
  }
}

/** Frees some space. False when there was nothing to free. */
export type MakeRoom = (bytes: number) => Promise<boolean>;

/** The part of a file handle that is needed to append to a file. */
export interface Appendable {
  writev(chunks: readonly Uint8Array[]): Promise<{ readonly bytesWritten: number }>;
}

/**
 * Appends all the bytes; on a full disk after old content was evicted.
 *
 * @throws StoreFullError when that does not help.
 */
export async function writeWhole(file: Appendable, chunks: readonly Uint8Array[], makeRoom: MakeRoom): Promise<void> {
  let isLastTry = false;
  for (let left = without(0, chunks); left.length > 0;) {
    try {
      left = without((await file.writev(left)).bytesWritten, left);
      isLastTry = false;
    } catch (error) {
      if (!hasCode(error, 'ENOSPC')) throw error;
      if (isLastTry || !(await makeRoom(sizeOf(left)))) throw new StoreFullError(error);
      isLastTry = true;
    }
  }
}

/** What is left of the chunks without their first bytes. */
function without(bytes: number, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skipped = 0;
  for (const chunk of chunks) {
    const own = Math.min(bytes - skipped, chunk.length);
    skipped += own;
    if (own < chunk.length) rest.push(chunk.subarray(own));
  }
  return rest;
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
