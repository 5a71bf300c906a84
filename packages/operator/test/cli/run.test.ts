import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../src/cli/run.ts';
import { fixtures, type Ended } from './run-program.ts';

/** Runs a command line inside this process. */
async function entrepot(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  let out = '';
  let said = '';
  const code = await run(words, {
    environment,
    folder: fixtures,
    signal: AbortSignal.timeout(10_000),
    readStdin: () => Promise.resolve(''),
    out: (text) => (out += text),
    say: (text) => (said += text),
  });
  return { code, out, said };
}

describe('the command line', () => {
  test('without any words, it teaches its first steps', async () => {
    const { code, said } = await entrepot([]);
    expect(code).toBe(2);
    expect(said).toContain('entrepot manifests | kubectl apply -f -');
    expect(said).toContain('Exit codes: 0 fine, 1 failed, 2 the command line or a setting is wrong.');
  });

  test.each(['operator', 'render', 'manifests'])('%s names every setting with its variable', async (command) => {
    const { code, out } = await entrepot([command, '--help']);
    expect(code).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      '--log-level <level> The least important messages that are logged. (env: LOG_LEVEL, default: info)',
    );
  });

  test.each<[words: readonly string[], said: string]>([
    [
      ['render'],
      "error: required option '-f, --filename <file...>' not specified\n('entrepot render --help' tells more)\n",
    ],
    [['crds', '--loud'], "error: unknown option '--loud'\n('entrepot crds --help' tells more)\n"],
    [
      ['crds', '-o', 'xml'],
      "error: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are yaml, json.\n('entrepot crds --help' tells more)\n",
    ],
  ])('what it cannot understand is a usage error: %j', async (words, said) => {
    expect(await entrepot(words)).toEqual({ code: 2, out: '', said });
  });

  test('crds prints the CustomResourceDefinition, as YAML or JSON', async () => {
    const yaml = await entrepot(['crds']);
    const json = await entrepot(['crds', '-o', 'json']);
    const crd: unknown = parse(yaml.out);
    expect(crd).toMatchObject({ kind: 'CustomResourceDefinition', metadata: { name: 'registrymirrors.k8s.osp.tech' } });
    expect(JSON.parse(json.out)).toEqual({ apiVersion: 'v1', kind: 'List', items: [crd] });
  });

  test('render names the file, the line and the field of what is wrong', async () => {
    expect(await entrepot(['render', '-f', 'wrong-mirrors.yaml'])).toEqual({
      code: 1,
      out: '',
      said: await readFile(`${fixtures}/wrong-mirrors.txt`, 'utf8'),
    });
  });

  test('a file that cannot be read is a failure without a stack', async () => {
    const { code, said } = await entrepot(['render', '-f', 'nowhere.yaml']);
    expect(code).toBe(1);
    expect(said).toMatch(/^entrepot: cannot read a file: ENOENT.*nowhere\.yaml'\n$/);
  });

  test('settings of a strategy are checked by the strategy', async () => {
    const words = ['render', '-f', 'wrong-mirrors.yaml', '--strategy', './notebook-strategy.ts'];
    const { code, said } = await entrepot(words, { STRATEGY_SETTINGS: `{'notebook': {'tittle': 'x'}, 'note': {}}` });
    expect(code).toBe(2);
    expect(said).toBe(
      [
        'entrepot: 2 settings are wrong:',
        '  STRATEGY_SETTINGS: got "note", wants names of strategies (known are hostess, imageswap, services, notebook)',
        '  STRATEGY_SETTINGS: got "{\\"tittle\\":\\"x\\"}", wants right settings (settings of strategy notebook: has unknown fields: tittle)',
        '',
      ].join('\n'),
    );
  });
});
