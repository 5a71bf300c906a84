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
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
}

/**
 * Appends all the bytes; on a full disk after old content was evicted.
 *
 * @throws StoreFullError when that does not help.
 */
export async function writeWhole(file: Appendable, bytes: Uint8Array, makeRoom: MakeRoom): Promise<void> {
  let isLastTry = false;
  for (let written = 0; written < bytes.length;) {
    try {
      written += (await file.write(bytes.subarray(written))).bytesWritten;
      isLastTry = false;
    } catch (error) {
      if (!hasCode(error, 'ENOSPC')) throw error;
      if (isLastTry || !(await makeRoom(bytes.length - written))) throw new StoreFullError(error);
      isLastTry = true;
    }
  }
}
