import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 256 * 1024;

/**
 * Bytes `from` to `to` of a file, both included, all in the same memory: a piece is valid until the next one is asked
 * for. New memory for each piece keeps the garbage collector busier than everything else.
 *
 * @param beyond where the file ends for now, once that is beyond a position.
 */
export async function* filePieces(
  file: FileHandle,
  from: number,
  to: number,
  beyond: (position: number) => number | Promise<number> = () => to + 1,
): AsyncGenerator<Uint8Array> {
  const memory = Buffer.allocUnsafeSlow(Math.min(pieceBytes, to + 1 - from));
  for (let position = from; position <= to;) {
    const length = Math.min((await beyond(position)) - position, to + 1 - position, memory.length);
    const { bytesRead } = await file.read(memory, 0, length, position);
    if (bytesRead === 0) throw new Error('a file is shorter than what was written to it');
    position += bytesRead;
    yield memory.subarray(0, bytesRead);
  }
}
