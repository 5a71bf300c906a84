import { UpstreamError } from './upstream-error.ts';

/**
 * A whole body in memory.
 *
 * @throws UpstreamError `failed` when it is larger than the limit, so that an upstream cannot fill our memory.
 */
export async function readAll(body: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limitBytes) throw new UpstreamError('failed', `the answer is larger than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
