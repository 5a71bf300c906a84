import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { format } from 'prettier';
import { settingList } from '../src/settings/given-settings.ts';
import { flagOf, type SettingDefinition } from '../src/settings/setting.ts';
import { version } from '../src/version.ts';

const readme = new URL('../README.md', import.meta.url);

test('the README lists every setting as it is', async () => {
  const rows = settingList.map(
    (setting) => `| \`${setting.variable}\` | \`${flagOf(setting)}\` | ${setting.meaning} | ${otherwise(setting)} |`,
  );
  const table = ['| variable | flag | meaning | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const wanted = await format(table, { parser: 'markdown' });
  const text = await readFile(readme, 'utf8');
  expect(between(text, '<!-- settings -->', '<!-- /settings -->').trim()).toBe(wanted.trim());
});

function otherwise({ fallback, unset }: SettingDefinition): string {
  if (unset !== undefined) return unset;
  return fallback === undefined || fallback === '' ? 'none' : `\`${fallback.replaceAll(version, '<version>')}\``;
}

function between(text: string, start: string, end: string): string {
  return text.slice(text.indexOf(start) + start.length, text.indexOf(end));
}
