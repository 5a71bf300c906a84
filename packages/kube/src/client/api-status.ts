import { ApiError, type ApiCause } from '../errors.ts';

/** Nobody, and no clock that is wrong, keeps a controller from looking again for longer. */
const longestRetryAfterMs = 5 * 60_000;

/** The answer `Status` of the API, as far as it is read. */
interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly Partial<ApiCause>[];
  };
}

/**
 * The error for an answer of 400 and more. A body that is no `Status` (a proxy's page, `404 page not found`) becomes the message,
 * its reason is `Unknown`. `nowMs` is the time, for a Retry-After that is a date.
 */
export function errorOfResponse(status: number, body: string, retryAfter: string | undefined, nowMs: number): ApiError {
  const parsed = parseStatus(body);
  const fallback = `The API server answered ${status}: ${body.slice(0, 200).trim()}`;
  return new ApiError(
    status,
    parsed?.reason ?? 'Unknown',
    parsed?.message ?? fallback,
    retryAfterMs(retryAfter, parsed, nowMs),
    parsed?.details?.causes?.map(({ reason = '', field = '' }) => ({ reason, field })),
  );
}

/** The error for a `Status` that came as an event of a watch. */
export function errorOfStatus(status: unknown): ApiError {
  const { code, reason, message } = isStatus(status) ? status : {};
  const retry = isStatus(status) ? retryAfterMs(undefined, status, 0) : undefined;
  return new ApiError(code ?? 500, reason ?? 'Unknown', message ?? 'The watch ended with an error', retry);
}

function parseStatus(body: string): Status | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isStatus(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

/** RFC 9110 allows seconds and a date; the API server sends seconds, proxies before it may send either. */
function retryAfterMs(header: string | undefined, status: Status | undefined, nowMs: number): number | undefined {
  if (header !== undefined) {
    const seconds = Number(header);
    if (Number.isFinite(seconds)) return withinReason(seconds * 1000);
    const date = Date.parse(header);
    if (!Number.isNaN(date)) return withinReason(date - nowMs);
  }
  const seconds = status?.details?.retryAfterSeconds;
  return seconds === undefined || seconds <= 0 ? undefined : withinReason(seconds * 1000);
}

function withinReason(ms: number): number {
  return Math.min(Math.max(0, ms), longestRetryAfterMs);
}
