import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { poll, startControlPlane } from '@entrepot/control-plane';
import { KubeClient, loadConnection } from '@entrepot/kube';
import { nodeAgent } from '../programs.ts';
import type { Progress } from '../progress.ts';

const service = { namespace: 'default', name: 'registry-mirror-bench' };
const run = promisify(execFile);
const kind = { group: '', version: 'v1', kind: 'Service' };
const hostname = 'mirror.example.org';

/** How long a node agent takes to follow its Service; one number a change. */
export interface HostsLine {
  /** From the request that changes the Service to the line in the hosts file. */
  readonly fromRequestMs: readonly number[];
  /** From the API server's answer to that request; below zero where the line was faster. */
  readonly fromAnswerMs: readonly number[];
}

/** Gives a Service another address again and again, beside the real node agent. */
export async function measureHostsLine(changes: number, progress: Progress): Promise<HostsLine> {
  const folder = await mkdtemp(join(tmpdir(), 'entrepot-bench-'));
  const hosts = join(folder, 'hosts');
  await writeFile(hosts, '127.0.0.1\tlocalhost\n');
  const mount = await mountFile(hosts, progress);
  const plane = await startControlPlane({ controllers: ['serviceaccount-controller'] });
  const client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
  const stopAgent = startAgent(folder, mount.path, plane.kubeconfig);
  try {
    await client.create(serviceAt('127.64.9.1'));
    await poll('the first line', async () => (await readFile(hosts, 'utf8')).includes(hostname), {
      deadlineMs: 20_000,
    });
    progress(`the Service gets another address ${changes} times`);
    const samples = [];
    for (let index = 0; index < changes; index += 1) samples.push(await moveTo(`127.64.9.${index + 2}`, hosts, client));
    return {
      fromRequestMs: samples.map(({ askedMs, writtenMs }) => writtenMs - askedMs),
      fromAnswerMs: samples.map(({ answeredMs, writtenMs }) => writtenMs - answeredMs),
    };
  } finally {
    await stopAgent();
    await mount.end();
    await client.close();
    await plane.stop();
    await rm(folder, { recursive: true });
  }
}

interface Mount {
  readonly path: string;
  readonly end: () => Promise<void>;
}

/** The file as an agent has it in its pod: mounted, so that it can only be written where it stands. */
async function mountFile(file: string, progress: Progress): Promise<Mount> {
  if (process.getuid?.() !== 0) {
    progress('only root may mount the hosts file: the agent replaces it instead of writing it in place, as in no pod');
    return { path: file, end: async () => {} };
  }
  const path = `${file}_from_host`;
  await writeFile(path, '');
  await run('mount', ['--bind', file, path]);
  return {
    path,
    end: async () => {
      await run('umount', [path]);
    },
  };
}

interface Sample {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly writtenMs: number;
}

/** The address of a Service cannot be changed, so it is made again. */
async function moveTo(address: string, hosts: string, client: KubeClient): Promise<Sample> {
  await client.delete(kind, service);
  await poll('the line to go', async () => !(await readFile(hosts, 'utf8')).includes(hostname), { deadlineMs: 20_000 });
  const written = appearance(hosts, `${address}\t${hostname}`);
  const askedMs = performance.now();
  await client.create(serviceAt(address));
  return { askedMs, answeredMs: performance.now(), writtenMs: await written };
}

/** When a text comes to be in a file. */
async function appearance(file: string, wanted: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const watcher = watch(file, () => {
    const atMs = performance.now();
    readFile(file, 'utf8').then((text) => text.includes(wanted) && resolve(atMs), reject);
  });
  return promise.finally(() => watcher.close());
}

function serviceAt(clusterIP: string) {
  return { apiVersion: 'v1', kind: 'Service', metadata: service, spec: { ports: [{ port: 443 }], clusterIP } };
}

function startAgent(folder: string, hosts: string, kubeconfig: string): () => Promise<void> {
  const env = {
    PATH: process.env['PATH'],
    KUBECONFIG: kubeconfig,
    HOSTS_FILE: hosts,
    HOSTS_FILE_BACKUP: join(folder, 'backup'),
    LOCK_FILE: join(folder, 'lock'),
    SERVICE_NAME: service.name,
    SHADOW_FQDN: hostname,
  };
  const child = spawn(nodeAgent[0], nodeAgent.slice(1), { env, stdio: 'ignore' });
  return async () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  };
}
