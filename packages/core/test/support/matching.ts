import { expect } from 'vitest';

/** Stands for any text of this form in an expected object. */
export function like(form: RegExp): unknown {
  return expect.stringMatching(form);
}

/** Stands for anything that is there. */
export const present: unknown = expect.anything();
