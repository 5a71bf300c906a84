import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../src/cli/run.ts';
import { fixtures, type Ended } from './run-program.ts';

/** Runs a command line inside this process. */
async function entrepot(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stdin: string | Uint8Array = '',
): Promise<Ended> {
  let out = '';
  let said = '';
  const code = await run(words, {
    environment,
    folder: fixtures,
    signal: AbortSignal.timeout(10_000),
    readStdin: () => Promise.resolve(Buffer.from(stdin)),
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
  });

  test.each([[], ['operator'], ['render'], ['crds'], ['manifests'], ['uninstall']])(
    'entrepot %s --help says what exit codes mean',
    async (...words) => {
      const { code, out } = await entrepot([...words, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(
        /\n\nExit codes: 0 fine, 1 failed, 2 the command line, a setting or a value of the chart is wrong\.\n$/,
      );
    },
  );

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
    [
      ['manifests', '--image', 'Mine!'],
      "error: option '--image <image>' argument 'Mine!' is invalid. It wants an image, such as ghcr.io/entrepot/operator:1.0.0.\n('entrepot manifests --help' tells more)\n",
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

  test.each([
    { command: 'render --filename', code: 1 },
    { command: 'manifests --values', code: 2 },
  ])('$command, with a file that cannot be read, ends with $code, without a stack', async ({ command, code }) => {
    const ended = await entrepot([...command.split(' '), 'nowhere.yaml']);
    expect(ended.code).toBe(code);
    expect(ended.said).toMatch(/^entrepot: cannot read a file: ENOENT.*nowhere\.yaml'\n$/);
  });

  describe.each([
    { command: 'render --filename', code: 1 },
    { command: 'manifests --values', code: 2 },
  ])('$command', ({ command, code }) => {
    const given = (file: string, stdin?: Uint8Array) => entrepot([...command.split(' '), file], {}, stdin);

    test('takes no directory', async () => {
      const said = 'entrepot: .: this is a directory; name the files in it\n';
      expect(await given('.')).toEqual({ code, out: '', said });
    });

    test.each([
      { what: 'a program', bytes: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0) },
      { what: 'an archive', bytes: Uint8Array.of(0x1f, 0x8b, 8, 0) },
      { what: 'text in another encoding', bytes: Buffer.from('kind: List', 'utf16le') },
    ])('takes no $what', async ({ bytes }) => {
      const said = (source: string): string => `entrepot: ${source}: this is binary data, and no text in UTF-8\n`;
      expect(await given('-', bytes)).toEqual({ code, out: '', said: said('standard input') });
      const folder = await mkdtemp(join(tmpdir(), 'entrepot-cli-'));
      const file = join(folder, 'given');
      await writeFile(file, bytes);
      expect(await given(file)).toEqual({ code, out: '', said: said(file) });
      await rm(folder, { recursive: true });
    });
  });

  test('values that are wrong are told with what they are and what they should be', async () => {
    const values = {
      image: { digest: 'abc' },
      imagePullPolicy: 'Sometimes',
      settings: { addressingScheme: 'X!', networkPolicy: 'maybe', logLevel: 'loud', healthPort: 70_000 },
      podDisruptionBudget: { maxUnavailable: [1] },
      replicas: -1,
      uninstall: { timeout: '240', keepMirrors: 'no' },
    };
    expect(await entrepot(['manifests', '--values', '-'], {}, JSON.stringify(values))).toEqual({
      code: 2,
      out: '',
      said: `entrepot: the values are wrong:
  values.image.digest: must be sha256: and 64 hexadecimal digits, got "abc"
  values.imagePullPolicy: must be one of Always, IfNotPresent, Never, got "Sometimes"
  values.settings.addressingScheme: must be the name of an addressing strategy, got "X!"
  values.settings.networkPolicy: must be on or off, got "maybe"
  values.settings.healthPort: must be at most 65535, got 70000
  values.settings.logLevel: must be debug, info, warn or error, got "loud"
  values.replicas: must be at least 0, got -1
  values.podDisruptionBudget.maxUnavailable: must be a number of pods, or a percentage of them
  values.uninstall.keepMirrors: must be true or false, got a text
  values.uninstall.timeout: must be a whole number and one of s, m, h and d, such as 4m, got "240"
`,
    });
  });

  test.each([
    ['- a list', 'entrepot: standard input: this is no dictionary of values\n'],
    ['a: [', /^entrepot: standard input: .* at line 1, column 5/],
  ])('%j are no values', async (text, said) => {
    const ended = await entrepot(['manifests', '--values', '-'], {}, text);
    expect(ended.code).toBe(2);
    expect(ended.said).toMatch(said);
  });

  test('a command that is told to end says so, without a stack', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entrepot-cli-'));
    const kubeconfig = join(folder, 'kubeconfig');
    const nowhere = {
      'current-context': 'it',
      contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
      clusters: [{ name: 'it', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'it' }],
    };
    await writeFile(kubeconfig, JSON.stringify(nowhere));
    const ending = new AbortController();
    const said: string[] = [];
    const code = await run(['uninstall', '--kubeconfig', kubeconfig], {
      environment: {},
      folder,
      signal: ending.signal,
      readStdin: () => Promise.resolve(new Uint8Array()),
      out: () => {},
      say: (text) => {
        said.push(text);
        ending.abort();
      },
    });
    expect([code, said]).toEqual([
      1,
      [expect.stringContaining('the API server is asked again: '), 'entrepot: told to end before it was done\n'],
    ]);
    await rm(folder, { recursive: true });
  });

  test('what fails while a command is told to end keeps its words', async () => {
    let said = '';
    const code = await run(['render', '-f', 'nowhere.yaml'], {
      environment: {},
      folder: fixtures,
      signal: AbortSignal.abort(),
      readStdin: () => Promise.resolve(new Uint8Array()),
      out: () => {},
      say: (text) => (said += text),
    });
    expect([code, said]).toEqual([1, expect.stringMatching(/^entrepot: cannot read a file: ENOENT/)]);
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
