import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from '../src/options.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
let clone: string;

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'entrepot-help-'));
  mkdirSync(join(clone, 'packages/embedded'), { recursive: true });
  for (const path of ['scripts', 'package.json', 'packages/embedded/help.txt']) {
    cpSync(join(repository, path), join(clone, path), { recursive: true });
  }
});
afterAll(() => rmSync(clone, { recursive: true }));

test('the help that stands in a file is that of the program', async () => {
  await expect(startCommand().helpInformation()).toMatchFileSnapshot('../help.txt');
});

test.each(['--help', '-h', '--keep --help'])('a fresh clone prints help for %s, and installs nothing', (words) => {
  const out = execFileSync('npm', ['--silent', 'start', '--', ...words.split(' ')], { cwd: clone, encoding: 'utf8' });
  expect(out).toBe(startCommand().helpInformation());
  expect(readdirSync(clone).toSorted()).toEqual(['package.json', 'packages', 'scripts']);
});
