import { expect, test } from 'vitest';
import { writeWhole } from '../../src/store/write-whole.ts';

/** A disk with room for some bytes, and as much more as `makeRoom` frees. */
class Disk {
  written = '';
  room: number;
  asked = 0;
  readonly #freed: number;

  constructor(room: number, freed: number) {
    this.room = room;
    this.#freed = freed;
  }

  readonly writev = async (chunks: readonly Uint8Array[]): Promise<{ bytesWritten: number }> => {
    const bytes = Buffer.concat(chunks);
    const bytesWritten = Math.min(this.room, bytes.length);
    if (bytesWritten === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    this.written += Buffer.from(bytes.subarray(0, bytesWritten)).toString();
    this.room -= bytesWritten;
    return { bytesWritten };
  };

  readonly makeRoom = async (): Promise<boolean> => {
    this.asked += 1;
    this.room += this.#freed;
    return this.#freed > 0;
  };
}

const chunks = ['some ', '', 'by', 'tes'].map((text) => Buffer.from(text));

test.each([
  { title: 'with room', disk: new Disk(100, 0), written: 'some bytes', asked: 0 },
  { title: 'full half-way, with something to evict', disk: new Disk(4, 100), written: 'some bytes', asked: 1 },
  { title: 'full between two chunks', disk: new Disk(5, 100), written: 'some bytes', asked: 1 },
  { title: 'full again and again', disk: new Disk(1, 2), written: 'some bytes', asked: 5 },
])('bytes are written whole to a disk $title', async ({ disk, written, asked }) => {
  await writeWhole(disk, chunks, disk.makeRoom);
  expect([disk.written, disk.asked]).toEqual([written, asked]);
});

test('a full disk with nothing to evict is an error that says so', async () => {
  const disk = new Disk(6, 0);
  await expect(writeWhole(disk, chunks, disk.makeRoom)).rejects.toMatchObject({
    name: 'StoreFullError',
    message: "the mirror's volume is full, and nothing can be evicted",
  });
  expect(disk.written).toBe('some b');
});
