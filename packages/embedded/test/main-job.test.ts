import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { poll } from '@entrepot/control-plane';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { interrupt, start, type Start } from './start.ts';

const shell = promisify(execFile);

let temporary: string;
let running: Start | undefined;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'npm-start-'));
});
afterEach(async () => {
  await interrupt(running);
  running = undefined;
  await rm(temporary, { recursive: true, force: true });
});

test('npm start ends with a table: cold, warm and without the upstream, which is asked for the cold pull only', async () => {
  const { code, output } = await start(temporary).ended;
  expect(output).toMatch(/^cold pull +\d+\.\d s +\d+\.\d MB +[1-9]\d*$/m);
  expect(output).toMatch(/^warm pull +\d+\.\d s +\d+\.\d MB +0$/m);
  expect(output).toMatch(/^pull with the upstream stopped +\d+\.\d s +\d+\.\d MB +0$/m);
  expect(output).toMatch(
    /^objects applied +8: Service registry-mirror-demo, Service registry-mirror-demo-headless, Secret entrepot-ca, Secret registry-mirror-demo-secret, Secret registry-mirror-demo-tls, PodDisruptionBudget registry-mirror-demo, StatefulSet registry-mirror-demo, DaemonSet registry-mirror-demo-utils$/m,
  );
  expect(output).toMatch(/^hosts line written +127\.64\.\d+\.\d+ mirror\.example\.test$/m);
  expect(code).toBe(0);
});

test('kept up, it can be looked at by the printed command lines; an interrupt ends it and leaves nothing behind', async () => {
  const run = (running = start(temporary, '--keep'));
  const hints = /^ {2}(export KUBECONFIG=\S+)\n {2}alias kubectl=(\S+)$/m;
  await poll('it is up', () => hints.test(run.printed()), { deadlineMs: 120_000 });
  const [, exportLine = '', kubectl = ''] = hints.exec(run.printed()) ?? [];
  const { stdout } = await shell('sh', ['-c', `${exportLine}; ${kubectl} get registrymirrors`]);
  expect(stdout).toMatch(/^demo +127\.0\.0\.1:\d+ +mirror\.example\.test +hostess +True +1 /m);
  await interrupt(run);
  expect(await leftovers(temporary)).toEqual([]);
});

test('killed outright in the middle, it leaves nothing behind either', async () => {
  const run = (running = start(temporary, '--keep'));
  const hasUpstream = () => run.printed().includes('entrepot manifests |');
  await poll('it is half up', hasUpstream, { deadlineMs: 60_000 });
  process.kill(-(run.child.pid ?? 0), 'SIGKILL');
  await run.ended;
  await expect.poll(() => leftovers(temporary)).toEqual([]);
});

test('an option that does not exist is a usage error', async () => {
  const { code, output } = await start(temporary, '--upsteam', 'registry.example.org').ended;
  expect(output).toContain("unknown option '--upsteam'");
  expect(code).toBe(2);
});

test('an upstream that is no host is a usage error', async () => {
  const { code, output } = await start(temporary, '--upstream', 'https://registry.example.org/v2').ended;
  expect(output).toContain('It is a host name, host[:port], without a scheme and without a path.');
  expect(code).toBe(2);
});

/** Folders and mounts of a run, and programs that work in them. What tools keep in the temporary folder does not count. */
async function leftovers(temporary: string): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  const folders = (await readdir(temporary)).filter((name) => name.startsWith('entrepot-'));
  return [...folders, ...[...mounts, ...commands].filter((text) => text.includes(temporary))];
}
