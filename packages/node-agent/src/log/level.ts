/** The levels of Python's logging, whose names LOG_LEVEL takes, with their numbers. */
export const levels = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const;

export type Level = keyof typeof levels;

export function isLevel(text: string): text is Level {
  return Object.hasOwn(levels, text);
}
