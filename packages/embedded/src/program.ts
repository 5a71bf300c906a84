import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { Watchdog } from '@entrepot/control-plane';

/** A program running beside us, its output in a file. */
export interface Program {
  /** SIGTERM, and SIGKILL when that has not helped after ten seconds. */
  stop(): Promise<void>;
  /** The log so far. */
  output(): Promise<string>;
}

/** Starts a program with its output in `logFile`. The watchdog ends it at the latest when this process ends. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { logFile, watchdog }: { readonly logFile: string; readonly watchdog: Watchdog },
): Promise<Program> {
  const log = await open(logFile, 'a');
  // A process group of its own is what the watchdog ends.
  const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd], detached: true });
  const { pid } = child;
  if (pid !== undefined) {
    watchdog.add(pid);
    child.once('exit', () => watchdog.remove(pid));
  }
  await once(child, 'spawn');
  await log.close();
  const output = () => readFile(logFile, 'utf8');
  return {
    stop: () => stop(child),
    output,
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(impatience);
}
