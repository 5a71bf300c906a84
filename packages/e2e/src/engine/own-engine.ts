import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { poll, toolsFolder } from '@entrepot/control-plane';
import { DockerEngine } from './docker-engine.ts';
import { needDebianPackages } from '../debian-packages.ts';
import { giveContainers } from './processor-share.ts';

const folder = join(dirname(toolsFolder()), 'docker');
const pidFile = join(folder, 'dockerd.pid');
const logFile = join(folder, 'dockerd.log');
// Sockets lie in it, whose paths must be short. Another cache folder has another engine.
const stateFolder = `/run/entrepot-docker-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`;
const capSysResource = 24n;

/** The engine that {@link startOwnEngine} starts, running or not. */
export const ownEngine = new DockerEngine(`unix://${join(folder, 'docker.sock')}`);

/**
 * Starts dockerd, which Debian's docker.io brings, with its data in the user's cache folder. It goes on when this process
 * ends; {@link stopOwnEngine} stops it. Fails with the end of its log when it does not answer within a minute.
 */
export async function startOwnEngine(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error('no Docker engine answers, and only root can start one: start Docker, or set DOCKER_HOST');
  }
  await needDebianPackages({ dockerd: 'docker.io', iptables: 'iptables' });
  await mkdir(folder, { recursive: true });
  await giveContainers(4);
  const log = openSync(logFile, 'a');
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  const daemon = spawn('dockerd', await engineArguments(), { env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  await once(daemon, 'spawn');
  daemon.unref();
  const answers = async (): Promise<boolean> => (await ownEngine.version()) !== undefined;
  await poll('dockerd answers', answers, { deadlineMs: 60_000, everyMs: 200 }).catch(async (error: unknown) => {
    daemon.kill();
    const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-15);
    throw new Error(`${String(error)}; its last lines (${logFile}):\n${lines.join('\n')}`, { cause: error });
  });
}

/** Ends the engine and, with it, its containers. Does nothing when it does not run. */
export async function stopOwnEngine(): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (pid === 0 || (await ownEngine.version()) === undefined) return;
  process.kill(pid, 'SIGTERM');
  while ((await readFile(pidFile, 'utf8').catch(() => '')) !== '') await delay(100);
  await giveContainers(1);
}

async function engineArguments(): Promise<readonly string[]> {
  const files = ['--data-root', join(folder, 'data'), '--exec-root', stateFolder, '--pidfile', pidFile];
  const args = [...files, '--host', ownEngine.host];
  if (await mayRaiseLimits()) return args;
  // The engine may outlive this checkout.
  const runtime = join(folder, 'runc-without-sys-resource');
  await copyFile(fileURLToPath(new URL('../../programs/runc-without-sys-resource', import.meta.url)), runtime);
  return [...args, '--add-runtime', `modest=${runtime}`, '--default-runtime', 'modest'];
}

/** Whether CAP_SYS_RESOURCE can be given to containers: sandboxes often withhold it, and then runc refuses `--privileged`. */
async function mayRaiseLimits(): Promise<boolean> {
  const [, bounding = '0'] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${bounding}`) >> capSysResource) & 1n) === 1n;
}
