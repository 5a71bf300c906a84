import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { poll } from '../src/index.ts';

const program = `
  import { startControlPlane } from '@entrepot/control-plane';
  console.log((await startControlPlane()).directory);
`;

test('programs and folder do not outlive a parent that is killed', async () => {
  const parent = spawn(process.execPath, ['--conditions=@entrepot/source', '--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const directory = String((await once(createInterface(parent.stdout), 'line'))[0]);
  expect(await programsNaming(directory)).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager']);

  parent.kill('SIGKILL');

  await poll('the end of the programs', async () => (await programsNaming(directory)).length === 0, {
    deadlineMs: 60_000,
  });
  const isRemoved = async (): Promise<boolean> =>
    access(directory).then(
      () => false,
      () => true,
    );
  await poll('removal of the folder', isRemoved, { deadlineMs: 60_000 });
});

/** Names of the running programs, but for shells, that have this folder among their arguments. */
async function programsNaming(directory: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines
    .filter((line) => line.includes(directory))
    .map((line) => line.split('\0')[0]?.split('/').pop() ?? '')
    .filter((name) => name !== 'sh')
    .sort();
}
