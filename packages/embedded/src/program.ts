import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { once } from 'node:events';

/** A program running beside us, its output in a file. */
export interface Program {
  /** SIGTERM, and SIGKILL when that has not helped after ten seconds. */
  stop(): Promise<void>;
  /** The log so far. */
  output(): Promise<string>;
}

/** Starts a program with its output in `logFile`. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { logFile, env }: { logFile: string; env?: Readonly<Record<string, string>> },
): Promise<Program> {
  const log = await open(logFile, 'a');
  const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd], env: { ...process.env, ...env } });
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
