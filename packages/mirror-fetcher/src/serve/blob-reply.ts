import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Digest } from '../digest.ts';
import type { BlobSource } from '../store/blob-source.ts';
import { parseByteRange } from './byte-range.ts';
import { cacheHeaders } from './reply.ts';

/** Blobs up to this size are verified before the first byte leaves: a wrong one is then a clean error, not a cut. */
const verifiedFirstBytes = 64 * 1024;

/** The headers every answer about a blob has. */
export function blobHeaders(digest: Digest, entityTag: string, cache: BlobSource['cache']): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest.text,
    ETag: entityTag,
    'Accept-Ranges': 'bytes',
    ...cacheHeaders(cache),
  };
}

/**
 * Gives a blob or the range of it that is asked for, as its bytes arrive.
 *
 * @throws UpstreamError when the download fails before anything was given; later failures cut the connection.
 */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  blob: BlobSource,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { size } = blob;
  if (size <= verifiedFirstBytes) await blob.verified;
  const range = parseByteRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${size}`, 'Content-Length': '0' }).end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: size - 1 };
  const length = { 'Content-Length': String(to - from + 1) };
  if (range === undefined) response.writeHead(200, { ...headers, ...length });
  else response.writeHead(206, { ...headers, ...length, 'Content-Range': `bytes ${from}-${to}/${size}` });
  // The client learns by the cut that something is wrong, and a client that left is nothing to report.
  if (size === 0) response.end();
  else await send(blob.read(from, to), response).catch(() => response.destroy());
}

async function send(pieces: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
  for await (const piece of pieces) await written(response, piece);
  response.end();
}

/** Resolves when the kernel has the piece, so that its memory may be used again. Rejects when the client has left. */
function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // What is written in the moment in which the connection closes is forgotten without a word.
    const left = (): void => reject(new Error('the client has left'));
    response.once('close', left);
    response.write(piece, (error) => {
      response.off('close', left);
      if (error) reject(error);
      else resolve();
    });
  });
}
