import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodLayout, RenderedConfig } from '@entrepot/core';
import { ThrowawayAuthority } from '../upstream/throwaway-authority.ts';

const timeAndProcess = /^\S+ \S+ (?=\[)|(?<=^[^\]]*\]) \d+#\d+:/gm;

/** Lays rendered files out as in a pod, with a serving certificate, runs the action there, and removes everything. */
export async function inRenderedFolder<T>(
  { files }: RenderedConfig,
  layout: PodLayout,
  action: (root: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'entrepot-template-'));
  try {
    for (const folder of [layout.config, layout.servingCertificate, layout.store, layout.sockets, layout.scratch]) {
      await mkdir(join(root, folder), { recursive: true });
    }
    const { cert, key } = await (await ThrowawayAuthority.create()).issue(['mirror.example']);
    await writeFile(join(root, layout.servingCertificate, 'tls.crt'), cert);
    await writeFile(join(root, layout.servingCertificate, 'tls.key'), key);
    for (const [name, content] of Object.entries(files)) await writeFile(join(root, layout.config, name), content);
    return await action(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * Lets nginx judge the configuration as the mirror's pod would start it.
 *
 * @returns what nginx complains of, warnings included; empty when it is content
 * @throws when there is no nginx on this machine (`nginx` on the PATH or in /usr/sbin)
 */
export async function nginxComplaints(root: string, layout: PodLayout): Promise<string> {
  // Without -e, nginx first tries its built-in error log, which may be forbidden, and says so.
  const args = ['-t', '-q', '-e', 'stderr', '-p', './', '-c', `${layout.config}/default.conf`];
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  // Into a file: a pipe of Node's is a socket, and nginx cannot open /dev/stdout or /dev/stderr when they are sockets.
  const report = join(root, 'nginx-report');
  const file = await open(report, 'w');
  try {
    const nginx = spawn('nginx', args, { cwd: root, env, stdio: ['ignore', file.fd, file.fd] });
    await once(nginx, 'close');
    const said = (await readFile(report, 'utf8')).trim().replaceAll(timeAndProcess, '');
    return nginx.exitCode === 0 ? said : said || `nothing, but exits with ${nginx.exitCode}`;
  } catch (error) {
    throw new Error('nginx is not installed; the contract of templates needs it', { cause: error });
  } finally {
    await file.close();
  }
}
