import type { Clock } from '../clock.ts';
import type { Digest } from '../digest.ts';
import type { WireAnswer } from '../upstream/exchange.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import { UpstreamError, isOutage } from '../upstream/upstream-error.ts';

/** A blob's bytes on their way from the upstream, unverified. */
export interface BlobStream {
  /** The blob's size, when the upstream says it. */
  readonly total: number | undefined;
  readonly chunks: AsyncIterable<Buffer>;
}

const maxResumes = 5;
const firstPauseMs = 100;

/**
 * Asks for a blob. When the connection breaks, the rest is asked for by Range, a bounded number of times;
 * an upstream without ranges is read again from the start, silently up to where it broke.
 *
 * @throws UpstreamError when the upstream does not give the blob; the chunks fail with one when it stops giving it.
 */
export async function openBlobStream(
  client: UpstreamClient,
  repository: string,
  digest: Digest,
  clock: Clock,
): Promise<BlobStream> {
  const request = { kind: 'blob', method: 'GET', repository, path: `blobs/${digest.text}` } as const;
  const first = await client.request(request);
  const total = lengthOf(first);
  const rest = async (received: number): Promise<AsyncIterable<Buffer>> => {
    const answer = await client.request({ ...request, headers: { range: `bytes=${received}-` } });
    if (answer.status === 200) return skipping(answer.body, received);
    if (answer.header('content-range')?.startsWith(`bytes ${received}-`)) return answer.body;
    await answer.discard();
    throw new UpstreamError('corrupt', `${client.name} answered with another range than asked for`);
  };
  return { total, chunks: resumed(first.body, total, rest, clock) };
}

async function* resumed(
  first: AsyncIterable<Buffer>,
  total: number | undefined,
  rest: (received: number) => Promise<AsyncIterable<Buffer>>,
  clock: Clock,
): AsyncGenerator<Buffer> {
  let received = 0;
  for (let resumes = 0; ; resumes += 1) {
    try {
      for await (const chunk of resumes === 0 ? first : await rest(received)) {
        received += chunk.length;
        yield chunk;
      }
      if (total === undefined || received >= total) return;
      throw new UpstreamError('failed', `the upstream ended a blob after ${received} of ${total} bytes`);
    } catch (error) {
      if (!isOutage(error) || resumes >= maxResumes) throw error;
    }
    await clock.sleep(firstPauseMs * 2 ** resumes);
  }
}

async function* skipping(body: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of body) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** The size of an answer's body, when the upstream says it. */
export function lengthOf(answer: WireAnswer): number | undefined {
  const length = answer.header('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
