/** A failure that trying again cannot mend; it ends in a condition, not in a retry. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError';
  /** A stable CamelCase word for the condition's reason. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Not a failure: something is not there yet. Tried again after `afterMs`, or sooner when an event arrives. */
export class WaitingError extends Error {
  override readonly name: string = 'WaitingError';
  readonly reason: string;
  readonly afterMs: number;

  constructor(reason: string, message: string, afterMs: number) {
    super(message);
    this.reason = reason;
    this.afterMs = afterMs;
  }
}

/** What the API server answered when it did not do as asked; `reason` is that of its `Status` (`NotFound`, `Conflict`, …). */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  readonly status: number;
  readonly reason: string;
  /** From a Retry-After header, if the server sent one. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Whether the API server said that there is no such object (or no such kind). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the API server refused a write because the object changed meanwhile or is there already. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

/** Whether the API server refused an object for what it says. */
export function isInvalid(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422;
}
