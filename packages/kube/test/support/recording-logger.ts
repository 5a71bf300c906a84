import type { Logger } from '../../src/index.ts';

/** Keeps what was said, as `level: message`. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const say = (level: string) => (_: object, message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return { lines, logger: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') } };
}
