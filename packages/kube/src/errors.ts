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

/** One thing that is wrong with an object, by the details of a `Status`. */
export interface ApiCause {
  /** A word of the API, such as `FieldValueInvalid`. */
  readonly reason: string;
  /** Where it is, such as `spec.ports[1].name`. */
  readonly field: string;
}

/** What the API server answered when it did not do as asked; `reason` is that of its `Status` (`NotFound`, `Conflict`, …). */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  readonly status: number;
  readonly reason: string;
  /** From a Retry-After header, if the server sent one. */
  readonly retryAfterMs: number | undefined;
  /** What its details name; mostly nothing, but with 422. */
  readonly causes: readonly ApiCause[];

  constructor(
    status: number,
    reason: string,
    message: string,
    retryAfterMs?: number,
    causes: readonly ApiCause[] = [],
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.causes = causes;
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

/** Whether the API server refused an object for two list items that have the same where each must have its own. */
export function isDuplicate(error: unknown): boolean {
  return hasCause(error, ({ reason }) => reason === 'FieldValueDuplicate');
}

/** Whether the API server refused a write since the object that has the name now is not the one of the given uid. */
export function isReplaced(error: unknown): boolean {
  return hasCause(error, ({ field }) => field === 'metadata.uid');
}

function hasCause(error: unknown, isIt: (cause: ApiCause) => boolean): boolean {
  return error instanceof ApiError && error.status === 422 && error.causes.some(isIt);
}
