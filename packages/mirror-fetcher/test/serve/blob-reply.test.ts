import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { sendBlob } from '../../src/serve/blob-reply.ts';
import type { BlobSource } from '../../src/store/blob-source.ts';
import { eventually } from '../harness/eventually.ts';

const pieceBytes = 300_000;
const pieces = 100;

/** A server that gives a blob whose pieces all lie in the same memory, and the answer of it that a client has begun to read. */
class Reply {
  /** How much of the answer the server still had in memory, each time when it asked for a piece. */
  readonly heldBytes: number[] = [];
  hasEnded = false;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async begin(): Promise<IncomingMessage> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void this.#server.close());
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    return new Promise((resolve) => get({ port: address.port, agent: false }, resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const held = (): void => void this.heldBytes.push(response.socket?.writableLength ?? 0);
    const blob: BlobSource = {
      size: pieces * pieceBytes,
      cache: 'miss',
      verified: Promise.resolve(),
      async *read() {
        const memory = Buffer.alloc(pieceBytes);
        for (let piece = 0; piece < pieces; piece += 1) {
          held();
          yield memory.fill(piece);
        }
      },
    };
    await sendBlob(request, response, blob, {});
    this.hasEnded = true;
  }
}

function wanted(): string {
  const hash = createHash('sha256');
  for (let piece = 0; piece < pieces; piece += 1) hash.update(Buffer.alloc(pieceBytes, piece));
  return hash.digest('hex');
}

test('a client that reads slowly holds up the reading of the blob, and gets it whole', async () => {
  const reply = new Reply();
  const answer = await reply.begin();
  const hash = createHash('sha256');
  let chunks = 0;
  answer.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    chunks += 1;
    if (chunks > 100) return;
    answer.pause();
    setTimeout(() => answer.resume(), 1);
  });
  await once(answer, 'end');
  expect(hash.digest('hex')).toBe(wanted());
  expect(reply.heldBytes).toEqual(Array.from({ length: pieces }, () => 0));
});

test('a client that leaves in the middle ends the reading of the blob', async () => {
  const reply = new Reply();
  const answer = await reply.begin();
  await once(answer, 'readable');
  answer.destroy();
  await eventually(() => reply.hasEnded);
  expect(reply.heldBytes.length).toBeLessThan(pieces);
});
