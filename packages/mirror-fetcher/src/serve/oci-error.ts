import { StoreFullError } from '../store/write-whole.ts';
import { UpstreamError, type UpstreamFailure } from '../upstream/upstream-error.ts';
import type { Route } from './route.ts';

/** An error answer of the distribution specification. */
export interface OciError {
  readonly status: number;
  /** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes, and UNAVAILABLE of distribution. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

const answers: Readonly<
  Record<Exclude<UpstreamFailure, 'unknown'>, { readonly status: number; readonly code: string }>
> = {
  denied: { status: 403, code: 'DENIED' },
  throttled: { status: 429, code: 'TOOMANYREQUESTS' },
  unreachable: { status: 502, code: 'UNAVAILABLE' },
  timeout: { status: 504, code: 'UNAVAILABLE' },
  failed: { status: 502, code: 'UNAVAILABLE' },
  corrupt: { status: 502, code: 'UNAVAILABLE' },
  untrusted: { status: 502, code: 'UNAVAILABLE' },
};

/** Room is made by eviction, by other downloads that end, or by hand. */
const fullRetrySeconds = 30;

/** What a client is told about a failure. Only an upstream's clear "no" becomes a 404. */
export function ociError(error: unknown, kind: Route['kind']): OciError {
  if (error instanceof StoreFullError)
    return { status: 503, code: 'UNAVAILABLE', message: error.message, retryAfterSeconds: fullRetrySeconds };
  if (!(error instanceof UpstreamError)) return { status: 500, code: 'UNKNOWN', message: 'the mirror failed' };
  const { failure, message, retryAfterSeconds } = error;
  if (failure === 'unknown') return { status: 404, code: unknownCode(kind), message };
  // "Not now, later": the breaker is open, or a failed download is being cleaned up.
  if (failure !== 'throttled' && retryAfterSeconds !== undefined)
    return { status: 503, code: 'UNAVAILABLE', message, retryAfterSeconds };
  return { ...answers[failure], message, retryAfterSeconds };
}

function unknownCode(kind: Route['kind']): string {
  if (kind === 'blob') return 'BLOB_UNKNOWN';
  return kind === 'manifest' || kind === 'tag' ? 'MANIFEST_UNKNOWN' : 'NAME_UNKNOWN';
}
