import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { poll } from '@entrepot/control-plane';
import { describe, expect, test } from 'vitest';
import { line, pristine, useCluster } from './nodes-of-a-cluster.ts';

const { cluster, node, createService, deleteService } = useCluster();

describe('the agent, beside a real API server', () => {
  test('refuses the name of its own node, and leaves the file alone', async () => {
    const { agent, read } = node();
    const refused = await agent('none', 'worker-1', { NODE_NAME: 'worker-1.example.org' });
    expect(await refused.exitCode()).toBe(1);
    expect(refused.output).toBe(
      'entrepot-node-agent: SHADOW_FQDN is "worker-1", but must be another name than that of the node, which the node needs itself\n',
    );
    expect(read()).toBe(pristine);
  });

  test('follows its Service: created, with another address, deleted', async () => {
    const { agent, read, backup } = node();
    await agent('followed', 'mirror-a.io');
    await createService('unrelated', '127.64.0.40');
    await createService('followed', '127.64.0.41');
    await expect.poll(read).toBe(line('127.64.0.41', 'mirror-a.io'));
    await deleteService('followed');
    await expect.poll(read).toBe(`${pristine}\n`);
    await createService('followed', '127.64.0.42');
    await expect.poll(read).toBe(line('127.64.0.42', 'mirror-a.io'));
    expect(readFileSync(backup, 'utf8')).toBe(pristine);
  });

  test.each([
    { service: 'headless', clusterIP: 'None', more: {} },
    {
      service: 'external',
      clusterIP: undefined,
      more: { type: 'ExternalName', externalName: 'mirror.example.com' },
    },
  ])('has no line for a Service without address: $service', async ({ service, clusterIP, more }) => {
    await createService(service, clusterIP, more);
    const { agent, hosts, read } = node();
    writeFileSync(hosts, line('10.9.9.9', 'mirror-h.io'));
    await agent(service, 'mirror-h.io');
    await expect.poll(read).toBe(`${pristine}\n`);
  });

  test('takes away the line of a Service that went while no agent ran', async () => {
    const { agent, hosts, read } = node();
    writeFileSync(hosts, `10.9.9.9\tmirror-gone.io other.io\n${line('10.9.9.9', 'mirror-gone.io')}`);
    await agent('never-there', 'mirror-gone.io');
    await expect.poll(read).toBe(`10.9.9.9 other.io\n${pristine}\n`);
  });

  test('withdraws its line at SIGTERM and exits with 1, as mirror-hostess does', async () => {
    await createService('withdrawn', '127.64.0.43');
    const { agent, hosts, read } = node();
    const running = await agent('withdrawn', 'mirror-b.io');
    await expect.poll(read).toBe(line('127.64.0.43', 'mirror-b.io'));
    expect(await running.stop()).toBe(1);
    expect(read()).toBe(`${pristine}\n`);
    expect(running.output).toContain(`[INFO] mirror-b.io is taken out of ${hosts}, as the agent ends\n`);
  });

  test('keeps its line at SIGTERM under KEEP_ON_EXIT, and keeps the first backup at the next start', async () => {
    await createService('kept', '127.64.0.44');
    const { agent, folder, hosts, backup, read } = node();
    const running = await agent('kept', 'mirror-c.io', { KEEP_ON_EXIT: 'true' });
    await expect.poll(read).toBe(line('127.64.0.44', 'mirror-c.io'));
    expect(await running.stop()).toBe(0);
    expect(read()).toBe(line('127.64.0.44', 'mirror-c.io'));

    const inode = statSync(hosts).ino;
    // Of agents that were killed.
    const leftovers = [hosts, backup].map((path) =>
      join(folder, `.${basename(path)}.0b0e3a4e-6a2b-4c57-9d0f-5b1c4d2e3f40.tmp`),
    );
    for (const path of leftovers) writeFileSync(path, 'half');
    const next = await agent('kept', 'mirror-c.io', { KEEP_ON_EXIT: 'true' });
    await poll('warning', () => next.output.includes(`Backup hosts file already exists at ${backup}`), {
      deadlineMs: 60_000,
    });
    expect(readFileSync(backup, 'utf8')).toBe(pristine);
    expect(statSync(hosts).ino).toBe(inode);
    expect(readdirSync(folder).sort()).toEqual(['backup', 'hosts', 'lock', 'lock.keeping']);
  });

  test('shares the file with agents of other mirrors, whether they keep their lines or not', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const { agent, hosts } = node();
    const variables = (at: number) => ({ KEEP_ON_EXIT: String(at % 2 === 0) });
    await Promise.all(names.map((name, at) => agent(name, `mirror-${name}.io`, variables(at))));
    await Promise.all(names.map((name, at) => createService(name, `127.64.0.5${at}`)));
    const wanted = [
      ...pristine.split('\n'),
      ...names.map((name, at) => `127.64.0.5${at}\tmirror-${name}.io`),
      '',
    ].sort();
    await expect.poll(() => readFileSync(hosts, 'utf8').split('\n').sort()).toEqual(wanted);
  });

  test('puts its line back when somebody else takes it away', async () => {
    await createService('repaired', '127.64.0.63');
    const { agent, hosts, read } = node();
    const running = await agent('repaired', 'mirror-g.io', { HOSTS_CHECK_SECONDS: '0.2' });
    const repairs = () => running.output.split(`[INFO] somebody else changed ${hosts}: mirror-g.io is put right there`);
    await expect.poll(read).toBe(line('127.64.0.63', 'mirror-g.io'));
    expect(repairs()).toHaveLength(1);
    writeFileSync(hosts, pristine);
    await expect.poll(read).toBe(line('127.64.0.63', 'mirror-g.io'));
    await expect.poll(repairs).toHaveLength(2);
    writeFileSync(hosts, '');
    await expect.poll(read).toBe('127.64.0.63\tmirror-g.io\n');
    await expect.poll(repairs).toHaveLength(3);
    writeFileSync(hosts, pristine);
    await expect.poll(read).toBe(line('127.64.0.63', 'mirror-g.io'));
    await deleteService('repaired');
    await expect.poll(read).toBe(`${pristine}\n`);
  });

  test(
    'leaves the file alone through as many failures as an hour without API server has',
    { timeout: 60_000 },
    async () => {
      await createService('away', '127.64.0.61');
      const { agent, hosts, read } = node();
      const running = await agent('away', 'mirror-e.io', { SECONDS_BETWEEN_STREAMS: '0.02' });
      const failures = (): number => running.output.split('[ERROR] Watching Service default/away failed').length - 1;
      await expect.poll(read).toBe(line('127.64.0.61', 'mirror-e.io'));
      const { ino, mtimeMs } = statSync(hosts);
      await cluster().restartApiServer(8000);
      // One every 30 seconds.
      expect(failures()).toBeGreaterThan(120);
      expect(read()).toBe(line('127.64.0.61', 'mirror-e.io'));
      expect(statSync(hosts)).toMatchObject({ ino, mtimeMs });
      await deleteService('away');
      await expect.poll(read).toBe(`${pristine}\n`);
    },
  );
});

describe('the agent ends with 1', () => {
  const kinds: readonly [what: string, make: (path: string) => void, why: string][] = [
    ['is missing', () => {}, 'is missing'],
    ['is a folder', mkdirSync, 'is a folder, not a file'],
    ['is a FIFO', (path) => execFileSync('mkfifo', [path]), 'is not a file'],
  ];

  test.each(kinds)('when the hosts file %s at the start', async (_what, make, why) => {
    const { agent, hosts } = node();
    rmSync(hosts);
    make(hosts);
    const running = await agent('x', 'mirror-x.io');
    expect(await running.exitCode()).toBe(1);
    expect(running.output).toMatch(
      new RegExp(`\\[CRITICAL\\] The hosts file cannot be backed up, so it is left alone: ${hosts} ${why}\n$`),
    );
  });

  test.each(kinds)('when the hosts file %s while it runs', async (_what, make, why) => {
    await createService('lost', '127.64.0.64').catch(() => {});
    const { agent, hosts, read } = node();
    const running = await agent('lost', 'mirror-i.io', { HOSTS_CHECK_SECONDS: '0.2', KEEP_ON_EXIT: 'true' });
    await expect.poll(read).toBe(line('127.64.0.64', 'mirror-i.io'));
    rmSync(hosts);
    make(hosts);
    expect(await running.exitCode()).toBe(1);
    expect(running.output).toContain('[CRITICAL] The hosts file cannot be kept, so it is left alone: ');
    // Looked at between the two steps above, it is missing.
    expect(running.output).toMatch(new RegExp(`alone: ${hosts} (${why}|is missing)\n$`));
  });

  test.each(kinds)(
    'at SIGTERM, and says why its line cannot be taken out, when the hosts file %s',
    async (_, make, why) => {
      await createService('lost', '127.64.0.64').catch(() => {});
      const { agent, hosts, read } = node();
      const running = await agent('lost', 'mirror-i.io', { HOSTS_CHECK_SECONDS: '60' });
      await expect.poll(() => running.output).toContain('mirror-i.io is 127.64.0.64');
      expect(read()).toBe(line('127.64.0.64', 'mirror-i.io'));
      // Stopped, it cannot notice the change and be on its way out when the signal comes, which Node then leaves to the kernel.
      process.kill(running.pid, 'SIGSTOP');
      rmSync(hosts);
      make(hosts);
      const ended = running.stop();
      process.kill(running.pid, 'SIGCONT');
      expect(await ended).toBe(1);
      // It is told of both at once, and either may come first.
      const noticed = `\\[CRITICAL\\] The hosts file cannot be kept, so it is left alone: ${hosts} (${why}|is missing)`;
      const told = `\\[ERROR\\] mirror-i.io is not taken out of ${hosts}: ${hosts} ${why}`;
      expect(running.output).toMatch(new RegExp(`(${told}|${noticed})\n$`));
    },
  );

  test('when the hosts file cannot be backed up, and leaves it untouched', async () => {
    const { agent, folder, read } = node();
    const running = await agent('x', 'mirror-x.io', { HOSTS_FILE_BACKUP: join(folder, 'missing', 'backup') });
    expect(await running.exitCode()).toBe(1);
    expect(running.output).toContain('[CRITICAL] The hosts file cannot be backed up');
    expect(read()).toBe(pristine);
  });

  test.each([
    { title: 'LOG_LEVEL is unknown', more: { LOG_LEVEL: 'LOUD' }, message: 'LOG_LEVEL is "LOUD", but must be one of' },
    {
      title: 'there are no credentials',
      more: { KUBECONFIG: '' },
      message: 'no kubeconfig is there, and this is not a pod',
    },
    {
      title: 'the name cannot stand in a hosts file',
      more: { SHADOW_FQDN: 'a:5000' },
      message: 'SHADOW_FQDN is "a:5000"',
    },
  ])('when $title', async ({ more, message }) => {
    const running = await node().agent('x', 'mirror-x.io', more);
    expect(await running.exitCode()).toBe(1);
    expect(running.output).toContain(message);
  });
});
