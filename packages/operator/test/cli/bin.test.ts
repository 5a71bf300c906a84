import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

async function runBin(): Promise<{ readonly code: number; readonly text: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; text: string }>();
  const child = execFile(process.execPath, [join(folder, 'bin/entrepot.js')], (_error, stdout, stderr) =>
    resolve({ code: child.exitCode ?? Number.NaN, text: stdout + stderr }),
  );
  return promise;
}
