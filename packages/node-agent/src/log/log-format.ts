import { SettingError } from '../settings/environment.ts';
import { levels, type Level } from './level.ts';

/** One thing said. */
export interface LogRecord {
  readonly time: Date;
  readonly level: Level;
  readonly message: string;
}

const fields: Readonly<Record<string, (record: LogRecord) => string>> = {
  asctime: ({ time }) => time.toISOString(),
  levelname: ({ level }) => level,
  levelno: ({ level }) => String(levels[level]),
  message: ({ message }) => message,
  name: () => 'entrepot-node-agent',
};

const placeholder = /%(?:%|\((\w*)\)(-?)(\d*)[sd])/g;

/**
 * Makes the text of a record as Python's logging would: `%(asctime)s`, `%(levelname)s`, `%(levelno)s`, `%(message)s` and
 * `%(name)s`, with an optional width (`%(levelname)-8s`). Times are UTC with milliseconds, 2026-01-02T03:04:05.678Z.
 *
 * @throws SettingError when the format names something else
 */
export function logFormat(format: string): (record: LogRecord) => string {
  const known = [...format.matchAll(placeholder)].every(
    ([, name]) => name === undefined || Object.hasOwn(fields, name),
  );
  if (!known || format.replaceAll(placeholder, '').includes('%')) {
    throw new SettingError(
      'LOG_FORMAT',
      format,
      `a text with ${Object.keys(fields)
        .map((name) => `%(${name})s`)
        .join(', ')}`,
    );
  }
  return (record) =>
    format.replaceAll(placeholder, (_, name: string | undefined, left: string, width: string) => {
      if (name === undefined) return '%';
      const text = fields[name]?.(record) ?? '';
      return left === '-' ? text.padEnd(Number(width)) : text.padStart(Number(width));
    });
}
