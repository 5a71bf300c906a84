/** What the program's exit code says. */
export const exitCodes = { fine: 0, failed: 1, usage: 2 } as const;

/** Something the user can put right; the message stands alone, without a stack. */
export class FailedError extends Error {
  override readonly name = 'FailedError';
}
