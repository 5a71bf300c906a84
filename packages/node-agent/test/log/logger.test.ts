import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/log/logger.ts';

const time = new Date('2026-01-02T03:04:05.678Z');

function said(environment: Record<string, string>): string {
  const lines: string[] = [];
  const log = createLogger(
    environment,
    (line) => lines.push(line),
    () => time,
  );
  for (const level of ['debug', 'info', 'warning', 'error', 'critical'] as const) log[level](`it is ${level}`);
  return lines.join('');
}

describe('the log', () => {
  test('says warnings and worse with time, level and message', () =>
    expect(said({})).toBe(
      '2026-01-02T03:04:05.678Z [WARNING] it is warning\n' +
        '2026-01-02T03:04:05.678Z [ERROR] it is error\n' +
        '2026-01-02T03:04:05.678Z [CRITICAL] it is critical\n',
    ));

  test.each([
    { format: '%(message)s', line: 'it is critical\n' },
    { format: '%(levelname)-10s|%(levelname)10s|%(levelno)d', line: 'CRITICAL  |  CRITICAL|50\n' },
    { format: '100%% %(name)s %(message)s', line: '100% entrepot-node-agent it is critical\n' },
  ])('follows LOG_FORMAT $format', ({ format, line }) =>
    expect(said({ LOG_LEVEL: 'CRITICAL', LOG_FORMAT: format })).toBe(line),
  );

  test.each(['%(thread)s', '%s', '%(message)', '100%'])('refuses LOG_FORMAT %s', (format) =>
    expect(() => said({ LOG_FORMAT: format })).toThrow(/^LOG_FORMAT is .* but must be a text with %\(asctime\)s/),
  );

  test.each(['LOUD', 'info', '10', '__proto__'])('refuses LOG_LEVEL %s', (level) =>
    expect(() => said({ LOG_LEVEL: level })).toThrow('must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL'),
  );

  test('says everything at DEBUG', () => expect(said({ LOG_LEVEL: 'DEBUG' }).split('\n')).toHaveLength(6));
});
