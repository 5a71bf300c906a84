import { isDeepStrictEqual } from 'node:util';

/** One rule of a contract. `run` throws an error that tells the author what to change when the subject breaks it. */
export interface Check<Subject> {
  /** A sentence about the subject; also how a deviation names it. */
  readonly name: string;
  readonly run: (subject: Subject) => void | Promise<void>;
}

/** Fails a check. */
export function demand(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether a value is the same after a trip through JSON: no classes, functions, dates, `undefined` or shared surprises. */
export function isJSON(value: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(value) ?? 'null'), value);
}

/** The value itself, frozen to its depths: whoever writes to it gets a TypeError. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}
