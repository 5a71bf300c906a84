import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { line, pristine, useCluster } from './nodes-of-a-cluster.ts';
import { builtProgram, temporaryFolder } from './running-agent.ts';

const { cluster, node, createService, setOverlapping } = useCluster();
const bin = fileURLToPath(new URL('../bin', import.meta.url));
const python = join(bin, 'python');
// `env` of the program's first line finds Node by it, and the program finds flock.
const PATH = `${dirname(process.execPath)}:/usr/bin`;
const started: (() => void)[] = [];

afterEach(() => started.splice(0).forEach((end) => end()));

/** The package as an image has it, which needs no shell: its `bin`, and the program that was built. */
async function pythonInImage(): Promise<string> {
  const folder = temporaryFolder();
  cpSync(bin, join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'dist'));
  copyFileSync(await builtProgram(), join(folder, 'dist/entrepot-node-agent.cjs'));
  return join(folder, 'bin/python');
}

test("works in mirror-hostess's DaemonSet, whose command and environment it gets, and ends as that did", async () => {
  await createService('mirror-internal', '127.64.0.95');
  const { folder, hosts, read } = node();
  mkdirSync(join(folder, 'hostess'));
  const agent = spawn(await pythonInImage(), ['-u', '/app/hostess.py'], {
    env: {
      PATH,
      KUBECONFIG: cluster().kubeconfig,
      HOSTS_FILE: hosts,
      HOSTS_FILE_BACKUP: join(folder, 'hosts.backup'),
      LOCK_FILE: join(folder, 'hostess', 'mirror-hostess'),
      SERVICE_NAME: 'mirror-internal',
      SERVICE_NAMESPACE: 'default',
      SHADOW_FQDN: 'mirror-internal.example.com',
    },
    stdio: 'ignore',
  });
  started.push(() => agent.kill('SIGKILL'));
  await expect.poll(read).toBe(line('127.64.0.95', 'mirror-internal.example.com'));
  agent.kill('SIGTERM');
  expect(await once(agent, 'exit')).toEqual([1, null]);
  expect(read()).toBe(`${pristine}\n`);
});

test.each([[[]], [['-c', 'print()']]])('is no Python: arguments %j end with 2', async (args) => {
  const refused = spawn(python, args, { stdio: 'ignore' });
  expect(await once(refused, 'exit')).toEqual([2, null]);
});

test('writes nothing while an agent of another program holds the lock, and goes on then', async () => {
  await createService('beside', '127.64.0.96');
  const { agent, folder, lock, read } = node();
  const [held, go] = [join(folder, 'held'), join(folder, 'go')];
  // What fcntl.flock(file, LOCK_EX) in Python is.
  const script = `touch "${held}"; until [ -e "${go}" ]; do sleep 0.05; done`;
  const other = spawn('flock', ['-x', lock, 'sh', '-c', script], { stdio: 'ignore' });
  started.push(() => other.kill('SIGKILL'));
  await expect.poll(() => existsSync(held)).toBe(true);
  const running = await agent('beside', 'mirror-n.io', { HEALTH_PORT: '24396', KEEP_ON_EXIT: 'true' });
  await expect.poll(() => running.output).toContain('is locked by another process for more than 5000 ms');
  expect(read()).toBe(pristine);
  writeFileSync(go, '');
  await expect.poll(read).toBe(line('127.64.0.96', 'mirror-n.io'));
  // And the lock is free again for the other one.
  execFileSync('flock', ['-n', '-x', lock, 'true']);
});

describe('beside an agent that it replaces, while the operator says so,', () => {
  const name = 'mirror-o.io';
  const held = line('127.64.0.97', name);

  test('it keeps that one from taking the line along, other agents may write, and the lock is free afterwards', async () => {
    await createService('replaced', '127.64.0.97');
    await createService('third', '127.64.0.98');
    await setOverlapping('replaced', true);
    const { agent, lock, read } = node();
    const former = await agent('replaced', name);
    await expect.poll(read).toBe(held);
    const ours = await agent('replaced', name, { KEEP_ON_EXIT: 'true' });
    await expect.poll(() => ours.output).toContain(`${name} is 127.64.0.97`);
    await agent('third', 'mirror-p.io', { KEEP_ON_EXIT: 'true' });
    await expect.poll(read).toBe(`${held}127.64.0.98\tmirror-p.io\n`);

    expect(await former.stop()).toBe(1);
    expect(former.output).toContain(`${name} is not taken out of`);
    expect(former.output).toContain('is locked by another process for more than 5000 ms');
    expect(ours.output).not.toContain('somebody else changed');

    const isFree = () => spawnSync('flock', ['-n', '-x', lock, 'true']).status === 0;
    expect(isFree()).toBe(false);
    await setOverlapping('replaced', false);
    await expect.poll(isFree).toBe(true);
    expect(read()).toContain(held);
  });
});
