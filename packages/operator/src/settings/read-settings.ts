import type { z } from 'zod';
import type { Complaints } from './complaints.ts';
import { settingDefinitions, type Settings } from './definitions.ts';
import type { GivenSettings } from './given-settings.ts';
import type { SettingDefinition } from './setting.ts';
import { notWanted } from './value-schemas.ts';

/** Parses what was given, and complains where that fails; the fallback stands for what is not there or wrong. */
export function readSettings(given: GivenSettings, complaints: Complaints): Settings {
  const values = Object.entries<SettingDefinition>(settingDefinitions).map(([key, setting]) => {
    const text = given.get(setting.variable)?.text;
    const parsed = text === undefined ? undefined : setting.schema.safeParse(text);
    if (parsed?.success === true) return [key, parsed.data];
    if (text !== undefined && parsed !== undefined) {
      complaints.add(setting.variable, text, setting.wants, detailOf(parsed.error));
    }
    return [key, setting.fallback === undefined ? undefined : setting.schema.parse(setting.fallback)];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the values come from the schemas that the type is made of
  return Object.fromEntries(values) as Settings;
}

function detailOf(error: z.ZodError): string | undefined {
  const details = error.issues.filter(({ message }) => message !== notWanted).map(issueText);
  return details.length === 0 ? undefined : details.join('; ');
}

function issueText({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((part) => (typeof part === 'number' ? `item ${part + 1}` : `'${String(part)}'`)).join(', ');
  return place === '' ? message : `${place}: ${message}`;
}
