import type { output, ZodType } from 'zod';

/** One setting: an environment variable, and a flag of the same name, that is text until it is parsed. */
export interface SettingDefinition<T = unknown> {
  /** `HEALTH_PORT`; the flag is `--health-port`. */
  readonly variable: string;
  /** A flag of another name that may be repeated; its values are joined by commas. */
  readonly repeatable?: string;
  /** Stands for the value in the help: `<port>`. */
  readonly placeholder: string;
  /** One or two sentences for the help and the README. */
  readonly meaning: string;
  /** What a right value is; completes the sentence "it wants …". */
  readonly wants: string;
  /** The text that holds when nothing is given. Without one the value is undefined then. */
  readonly fallback?: string;
  /** Where the fallback is no text: what happens when nothing is given. */
  readonly unset?: string;
  /** Issues carry what is wrong in particular, or `notWanted` where `wants` says it all. */
  readonly schema: ZodType<T, string>;
}

/** The values of a table of settings. */
export type SettingValues<Definitions extends Readonly<Record<string, SettingDefinition>>> = {
  readonly [Key in keyof Definitions]: Definitions[Key] extends { readonly fallback: string }
    ? output<Definitions[Key]['schema']>
    : output<Definitions[Key]['schema']> | undefined;
};

/** `--health-port` for `HEALTH_PORT`. */
export function flagOf(setting: Pick<SettingDefinition, 'variable' | 'repeatable'>): string {
  return setting.repeatable ?? `--${setting.variable.toLowerCase().replaceAll('_', '-')}`;
}
