import { afterRetryAfterMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { ApiError } from '../errors.ts';

const attempts = 4;
/** Who is to wait for longer than this finds out, and may do something else meanwhile. */
const longestWaitMs = 30_000;

/** Node and undici name a connection that broke by these; a pooled one breaks when the API server restarts. */
const brokenConnection = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * Tries again what is safe to repeat: what the server turned away with a Retry-After (it did nothing),
 * and reads whose connection broke. Everything else is the caller's to decide.
 */
export async function withRetries<T>(
  method: string,
  clock: Clock,
  signal: AbortSignal | undefined,
  send: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const waitMs = waitBeforeRetry(method, error);
      if (waitMs === undefined || attempt === attempts) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}

function waitBeforeRetry(method: string, error: unknown): number | undefined {
  if (error instanceof ApiError && (error.status === 429 || error.status === 503)) {
    const { retryAfterMs } = error;
    return retryAfterMs === undefined || retryAfterMs > longestWaitMs ? undefined : afterRetryAfterMs(retryAfterMs);
  }
  const isBroken = error instanceof Error && 'code' in error && brokenConnection.has(String(error.code));
  return isBroken && method === 'GET' ? 50 : undefined;
}
