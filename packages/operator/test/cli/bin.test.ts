import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrepot-bin-'));
  await cp(fileURLToPath(new URL('../../bin', import.meta.url)), join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
});

afterEach(async () => rm(folder, { recursive: true, force: true }));

test('before the first build, the bin says how to build', async () => {
  expect(await runBin()).toEqual({ code: 1, text: 'entrepot is not built yet: run `npm run build` in the checkout\n' });
});

test('after it, the bin runs what was built', async () => {
  await mkdir(join(folder, 'dist/cli'), { recursive: true });
  await writeFile(join(folder, 'dist/cli/main.js'), 'console.log("built");');
  expect(await runBin()).toEqual({ code: 0, text: 'built\n' });
});

test.each([
  'operator/bin/entrepot.js',
  'mirror-fetcher/bin/entrepot-mirror-fetcher.js',
  'node-agent/bin/entrepot-node-agent.js',
])('in a Node that is too old, %s says which one it needs, and loads nothing', async (bin) => {
  const path = fileURLToPath(new URL(`../../../${bin}`, import.meta.url));
  const name = basename(bin, '.js');
  const asOld = (version: string) => ['--import', `data:text/javascript,${pretending(version)}`, path];
  for (const version of ['v20.20.2', 'v22.18.0']) {
    const text = `${name} needs Node >= 22.19, this is ${version}\n`;
    expect(await run(asOld(version))).toEqual({ code: 1, text });
  }
});

const pretending = (version: string): string => `Object.defineProperty(process, 'version', { value: '${version}' })`;

interface Ended {
  readonly code: number;
  readonly text: string;
}

const runBin = async (): Promise<Ended> => run([join(folder, 'bin/entrepot.js')]);

async function run(words: readonly string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(process.execPath, words, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? Number.NaN, text: stdout + stderr }),
  );
  return promise;
}
