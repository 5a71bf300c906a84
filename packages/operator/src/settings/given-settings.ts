import { flagOf, type SettingDefinition } from './setting.ts';
import { settingDefinitions } from './definitions.ts';

/** A setting as somebody wrote it. */
export interface GivenSetting {
  readonly text: string;
  /** The variable or flag it came by, for messages. */
  readonly source: string;
}

/** What was given, by variable. */
export type GivenSettings = ReadonlyMap<string, GivenSetting>;

/** The definitions without their keys, in order. */
export const settingList: readonly SettingDefinition[] = Object.values(settingDefinitions);

/**
 * Collects the settings that flags (by variable) and environment hold. A flag wins; an empty variable counts as not given,
 * as manifests often spell "nothing" that way.
 */
export function givenSettings(
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): GivenSettings {
  const given = new Map<string, GivenSetting>();
  for (const setting of settingList) {
    const { variable } = setting;
    const flag = flags[variable];
    const value = environment[variable];
    if (flag !== undefined) given.set(variable, { text: flag, source: flagOf(setting) });
    else if (value !== undefined && value !== '') given.set(variable, { text: value, source: variable });
  }
  return given;
}
