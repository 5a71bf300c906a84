import { SettingError, textSetting, type Environment } from '../settings/environment.ts';
import { isLevel, levels, type Level } from './level.ts';
import { logFormat } from './log-format.ts';

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  critical(message: string): void;
}

/**
 * A logger set up by LOG_LEVEL (default WARNING) and LOG_FORMAT.
 *
 * @param write takes whole lines
 * @throws SettingError for an unknown level or format
 */
export function createLogger(
  environment: Environment,
  write: (line: string) => void,
  now: () => Date = () => new Date(),
): Logger {
  const threshold = textSetting(environment, 'LOG_LEVEL', 'WARNING');
  if (!isLevel(threshold)) throw new SettingError('LOG_LEVEL', threshold, `one of ${Object.keys(levels).join(', ')}`);
  const format = logFormat(textSetting(environment, 'LOG_FORMAT', '%(asctime)s [%(levelname)s] %(message)s'));
  const at = (level: Level) => (message: string) => {
    if (levels[level] >= levels[threshold]) write(`${format({ time: now(), level, message })}\n`);
  };
  return {
    debug: at('DEBUG'),
    info: at('INFO'),
    warning: at('WARNING'),
    error: at('ERROR'),
    critical: at('CRITICAL'),
  };
}
