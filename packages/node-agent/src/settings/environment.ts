export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable holds what cannot be used; the message names it, what it holds and what it may hold. */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(variable: string, value: string, wanted: string) {
    super(`${variable} is ${JSON.stringify(value)}, but must be ${wanted}`);
  }
}

/** The variable's text; an empty one counts as not set. */
export function textSetting(environment: Environment, variable: string, fallback: string): string {
  const value = environment[variable];
  return value === undefined || value === '' ? fallback : value;
}

/** A time in seconds, whole or with decimals, as milliseconds. */
export function secondsSetting(environment: Environment, variable: string, fallback: number): number {
  const value = textSetting(environment, variable, String(fallback));
  if (!/^\d+(\.\d+)?$/.test(value)) throw new SettingError(variable, value, 'a number of seconds, such as 30 or 0.5');
  return Number(value) * 1000;
}

/** `true` or `false`, in any case; not set is `false`. */
export function flagSetting(environment: Environment, variable: string): boolean {
  const value = textSetting(environment, variable, 'false');
  if (!/^(true|false)$/i.test(value)) throw new SettingError(variable, value, 'true or false');
  return value.toLowerCase() === 'true';
}

/** Texts separated by commas, without blanks around them; empty ones do not count. */
export function listSetting(environment: Environment, variable: string, fallback: string): readonly string[] {
  return textSetting(environment, variable, fallback)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
