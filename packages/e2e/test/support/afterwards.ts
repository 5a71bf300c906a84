import { afterAll } from 'vitest';

/**
 * What is to be done after the tests of a file, the last step first; a step that fails keeps no other from being done. One
 * is added when there is something to take away, so preparations that fail midway are taken away as well.
 */
export function afterwards(): AsyncDisposableStack {
  const steps = new AsyncDisposableStack();
  afterAll(async () => {
    await steps.disposeAsync().catch((cause: unknown) => {
      throw new Error(reasons(cause).join('\n'), { cause });
    });
  });
  return steps;
}

/** Why steps failed, the first one first: a later failure comes with those before it. */
function reasons(failure: unknown): readonly string[] {
  return failure instanceof SuppressedError
    ? [...reasons(failure.suppressed), ...reasons(failure.error)]
    : [String(failure)];
}
