/** What the program's exit code says. */
export const exitCodes = { fine: 0, failed: 1, usage: 2 } as const;

/** What every command's help says of them. */
export const exitCodesHelp = `
Exit codes: 0 fine, 1 failed, 2 the command line, a setting or a value of the chart is wrong.`;

/** Something the user can put right; the message stands alone, without a stack. */
export class FailedError extends Error {
  override readonly name: string = 'FailedError';
}

/** What the user said is wrong: no attempt was made. */
export class UsageError extends FailedError {
  override readonly name: string = 'UsageError';
}
