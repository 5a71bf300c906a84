import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { format } from 'prettier';
import { chartFiles, valuesTable } from '../../src/manifests/chart-files.ts';
import { chartFolder, Helm } from './helm.ts';

let helm: Helm;

beforeAll(async () => {
  helm = await Helm.find();
}, 900_000);
afterAll(() => helm.dispose());

describe('the chart in charts/entrepot', () => {
  test('is what the operator says of itself; `npm run chart` writes it', async () => {
    const files = Object.entries(chartFiles());
    const found = await Promise.all(
      files.map(async ([path]) => [path, await readFile(join(chartFolder, path), 'utf8').catch(() => 'missing')]),
    );
    expect(Object.fromEntries(found)).toEqual(chartFiles());
  });

  test('has no templates but those and its notes', async () => {
    const made = Object.keys(chartFiles()).filter((path) => path.startsWith('templates/'));
    const found = (await readdir(join(chartFolder, 'templates'))).map((file) => `templates/${file}`);
    expect(found.sort()).toEqual([...made, 'templates/NOTES.txt'].sort());
  });

  test('has a README that lists every value as it is', async () => {
    const readme = await readFile(join(chartFolder, 'README.md'), 'utf8');
    const table = /<!-- values -->\n\n([^]*)\n<!-- \/values -->/.exec(readme)?.[1];
    expect(table).toBe(await format(valuesTable(), { parser: 'markdown' }));
  });

  test("has nothing that Helm's strict lint minds", async () => {
    expect(await helm.done(['lint', '--strict', chartFolder])).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  test.each<[what: string, values: object, said: string]>([
    ['a value that there is not', { image: { tga: 'x' } }, "at '/image': additional properties 'tga' not allowed"],
    ['a number as text', { replicas: 'two' }, "at '/replicas': got string, want integer"],
    ['no digest', { images: { nginx: { digest: 'latest' } } }, "at '/images/nginx/digest': 'latest' does not match"],
    ['a setting that is none', { settings: { logLevl: 'info' } }, "at '/settings': additional properties 'logLevl'"],
    ['a setting of another form', { settings: { logLevel: 'loud' } }, "at '/settings/logLevel': 'loud' does not match"],
    ['one word of few', { imagePullPolicy: 'Sometimes' }, "at '/imagePullPolicy': value must be one of"],
    ['an object as list', { settings: { tolerations: {} } }, "at '/settings/tolerations': got object, want array"],
    ['a time without a unit', { uninstall: { timeout: '240' } }, "at '/uninstall/timeout': '240' does not match"],
  ])('refuses %s, and says where', async (_what, values, said) => {
    const { code, said: complaint } = await helm.run(['template', chartFolder, '--values', '-'], values);
    expect(complaint).toContain(said);
    expect(code).toBe(1);
  });
});
