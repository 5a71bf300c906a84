import { Option, type Command } from 'commander';
import { givenSettings, settingList, type GivenSettings } from '../settings/given-settings.ts';
import { flagOf, type SettingDefinition } from '../settings/setting.ts';
import type { Host } from './host.ts';

/** Gives a command a flag for every setting. */
export function addSettingOptions(command: Command): Command {
  for (const setting of settingList) command.addOption(settingOption(setting));
  return command;
}

/** What a command's flags and the environment say. */
export function settingsGivenTo(command: Command, host: Host): GivenSettings {
  const flags = settingList.map((setting): [string, string | undefined] => {
    const value: unknown = command.getOptionValue(settingOption(setting).attributeName());
    return [setting.variable, typeof value === 'string' ? value : undefined];
  });
  return givenSettings(Object.fromEntries(flags), host.environment);
}

function settingOption(setting: SettingDefinition): Option {
  const otherwise = setting.unset ?? setting.fallback;
  const notes = [`env: ${setting.variable}`, ...(otherwise ? [`default: ${otherwise}`] : [])];
  const option = new Option(`${flagOf(setting)} ${setting.placeholder}`, `${setting.meaning} (${notes.join(', ')})`);
  option.helpGroup('Settings:');
  return setting.repeatable === undefined ? option : option.argParser(joined);
}

function joined(value: string, before: unknown): string {
  return typeof before === 'string' ? `${before},${value}` : value;
}
