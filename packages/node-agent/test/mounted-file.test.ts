import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '@entrepot/control-plane';
import { afterEach, expect, test } from 'vitest';
import { line, pristine, useCluster } from './nodes-of-a-cluster.ts';
import { readyz } from './readyz.ts';

const { node, createService, deleteService, changeAddress } = useCluster();
const mounts: Mount[] = [];

interface Mount {
  end(): Promise<void>;
}

afterEach(async () => {
  for (const mount of mounts.splice(0)) await mount.end();
});

/** Shows a file in another place, until it is ended or this process is, in whichever way. */
async function bindMount(file: string, at: string): Promise<Mount> {
  const script = 'mount --bind "$1" "$2" && echo mounted; read -r _; umount "$2"';
  const keeper = spawn('/bin/sh', ['-c', script, 'keeper', file, at], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(keeper.stdout, 'data');
  const mount = {
    end: async () => {
      const ended = once(keeper, 'close');
      keeper.stdin.end();
      await ended;
    },
  };
  mounts.push(mount);
  return mount;
}

/** A node whose hosts file the agent has as a mounted file, as in its pod. */
async function nodeWithMount() {
  const made = node();
  const mounted = join(made.folder, 'hosts_from_host');
  writeFileSync(mounted, '');
  const mount = await bindMount(made.hosts, mounted);
  /** The file without the comments that keep our lines' room. */
  const withoutPadding = (): string => made.read().replace(/^#( entrepot slot|-).*\n/gm, '');
  return { ...made, mounted, mount, withoutPadding };
}

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('left out, because only root may mount here: the tests of a mounted hosts file');

test.runIf(isRoot)('a mounted file is edited where it stands: no byte of others moves, and none goes', async () => {
  await createService('mounted', '127.64.0.62');
  const { agent, hosts, mounted, read, withoutPadding } = await nodeWithMount();
  const inode = statSync(hosts).ino;
  const running = await agent('mounted', 'mirror-f.io', { HOSTS_FILE: mounted, HOSTS_CHECK_SECONDS: '0.2' });
  await expect.poll(withoutPadding).toBe(line('127.64.0.62', 'mirror-f.io'));
  const { length } = read();
  await changeAddress('mounted', '127.64.10.162');
  await expect.poll(withoutPadding).toBe(line('127.64.10.162', 'mirror-f.io'));
  await running.stop();
  await expect.poll(withoutPadding).toBe(`${pristine}\n`);
  expect(read()).not.toContain('mirror-f.io');
  expect(read()).toHaveLength(length);
  expect(read().startsWith(`${pristine}\n`)).toBe(true);
  expect(statSync(hosts).ino).toBe(inode);
  await deleteService('mounted');
});

test.runIf(isRoot)('a line that another agent of this mirror takes along as it ends is put back at once', async () => {
  await createService('handed-over', '127.64.0.63');
  const { agent, mounted, withoutPadding } = await nodeWithMount();
  const settings = { HOSTS_FILE: mounted, HOSTS_CHECK_SECONDS: '60' };
  const former = await agent('handed-over', 'mirror-h.io', settings);
  await expect.poll(withoutPadding).toBe(line('127.64.0.63', 'mirror-h.io'));
  const present = await agent('handed-over', 'mirror-h.io', { ...settings, HEALTH_PORT: '24396' });
  await expect.poll(() => readyz(24_396)).toMatch(/^200 /);

  await former.stop();
  expect(former.output).toContain('mirror-h.io is taken out of');
  await expect.poll(withoutPadding).toBe(line('127.64.0.63', 'mirror-h.io'));
  await present.stop();
});

test.runIf(isRoot)(
  'beside somebody who undoes every change of the file at once, the agent writes once a second',
  async () => {
    await createService('undone', '127.64.0.66');
    const { agent, hosts, mounted, read, withoutPadding } = await nodeWithMount();
    const rival = watch(hosts, () => {
      setTimeout(() => void (read() === pristine || writeFileSync(hosts, pristine)), 20);
    });
    const running = await agent('undone', 'mirror-u.io', { HOSTS_FILE: mounted, HOSTS_CHECK_SECONDS: '60' });
    const repairs = (): number => running.output.split(': mirror-u.io is put right there').length - 1;
    await poll('a repair', () => repairs() > 0, { deadlineMs: 60_000 });
    const [before, began] = [repairs(), performance.now()];
    await poll('further ones', () => repairs() >= before + 4, { deadlineMs: 60_000 });
    // The first may be right behind the one before.
    expect((repairs() - before - 1) / (performance.now() - began)).toBeLessThan(1.1 / 1000);

    rival.close();
    await expect.poll(withoutPadding, { timeout: 60_000 }).toBe(line('127.64.0.66', 'mirror-u.io'));
    await running.stop('SIGKILL');
  },
);

test.runIf(isRoot)('a file that was replaced on the node is said to be an orphan, and is not written', async () => {
  await createService('orphan', '127.64.0.64');
  const { agent, hosts, mounted, mount, withoutPadding } = await nodeWithMount();
  const running = await agent('orphan', 'mirror-o.io', {
    HOSTS_FILE: mounted,
    HOSTS_CHECK_SECONDS: '0.1',
    HEALTH_PORT: '24392',
  });
  await expect.poll(() => readyz(24_392)).toMatch(/^200 mirror-o\.io is 127\.64\.0\.64 in /);
  const orphan = (): string => readFileSync(mounted, 'utf8');
  const before = orphan();

  writeFileSync(`${hosts}.new`, pristine);
  renameSync(`${hosts}.new`, hosts);
  const said = `${mounted} was replaced on the node by another file, which is not the one mounted here: restart the pod to have that one`;
  await expect.poll(() => readyz(24_392)).toBe(`503 ${said}; trying again\n`);
  expect(running.output).toContain(`[WARNING] ${said}`);
  await changeAddress('orphan', '127.64.0.65');
  await expect.poll(() => readyz(24_392)).toBe(`503 ${said}; trying again\n`);
  expect(orphan()).toBe(before);
  expect(withoutPadding()).toBe(pristine);

  await running.stop('SIGKILL');
  // What a restart of the pod does.
  await mount.end();
  mounts.pop();
  await bindMount(hosts, mounted);
  const restarted = await agent('orphan', 'mirror-o.io', { HOSTS_FILE: mounted });
  await expect.poll(withoutPadding).toBe(line('127.64.0.65', 'mirror-o.io'));
  // Whoever has the file open keeps it from being unmounted.
  await restarted.stop('SIGKILL');
});
