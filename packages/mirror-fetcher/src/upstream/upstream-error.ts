/**
 * Why the upstream gave nothing:
 * - `unknown`: it says that there is no such thing
 * - `denied`: it does not let us
 * - `throttled`: we asked too often
 * - `unreachable`, `timeout`, `failed`: it is down, too slow, or broken
 * - `corrupt`: what it gave is not what its digest says
 * - `untrusted`: it points to a host that this mirror must not talk to
 */
export type UpstreamFailure =
  'unknown' | 'denied' | 'throttled' | 'unreachable' | 'timeout' | 'failed' | 'corrupt' | 'untrusted';

/** The upstream's failure to give what was asked for. The message names the upstream and holds no secret. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly failure: UpstreamFailure;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    failure: UpstreamFailure,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.failure = failure;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Whether an older answer is better than none: not when the upstream clearly says no. */
export function isOutage(error: unknown): error is UpstreamError {
  return (
    error instanceof UpstreamError && !(['unknown', 'denied', 'untrusted'] as UpstreamFailure[]).includes(error.failure)
  );
}

/** The error for an answer that is neither a success nor a redirect. */
export function errorOfStatus(upstream: string, status: number, retryAfter: string | undefined): UpstreamError {
  if (status === 401 || status === 403) return new UpstreamError('denied', `${upstream} denied access`);
  if (status === 404) return new UpstreamError('unknown', `not known to ${upstream}`);
  const retryAfterSeconds = retryAfterOf(retryAfter);
  if (status === 429) return new UpstreamError('throttled', `${upstream} limits our requests`, { retryAfterSeconds });
  return new UpstreamError('failed', `${upstream} answered with status ${status}`, { retryAfterSeconds });
}

/** The error for a connection that gave no answer or no complete body. */
export function errorOfConnection(upstream: string, cause: unknown): UpstreamError {
  if (cause instanceof UpstreamError) return cause;
  const code = codeOf(cause);
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT')
    return new UpstreamError('timeout', `${upstream} did not answer in time (${code})`, { cause });
  // OpenSSL's words for an answer in plain HTTP.
  const hint = code === 'ERR_SSL_WRONG_VERSION_NUMBER' ? ': no TLS there; does it want spec.upstream.plainHTTP?' : '';
  return new UpstreamError('unreachable', `${upstream} cannot be reached (${code}${hint})`, { cause });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Attempts at several addresses are reported together.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error.cause === undefined ? error.name : codeOf(error.cause);
}

// Seconds or a date, https://www.rfc-editor.org/rfc/rfc9110#name-retry-after; dates are too rare to need the clock.
function retryAfterOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
