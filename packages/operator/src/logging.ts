import { pino } from 'pino';
import type { Logger } from '@entrepot/kube';
import { redacted, redactedText } from './redaction.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** JSON lines on standard output. Whatever is logged, secrets in it are not. */
export function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      logMethod([fields, message], write) {
        write.apply(this, [redacted(fields), redactedText(message ?? '')]);
      },
    },
  });
}
