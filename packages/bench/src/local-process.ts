import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { poll } from '@entrepot/control-plane';
import type { Command } from './programs.ts';

/** A program that runs beside us. What it writes goes to a file, as a container runtime keeps it. */
export class LocalProcess {
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(child: ChildProcess, logFile: string) {
    this.#child = child;
    this.#logFile = logFile;
  }

  /** Starts it in a folder; resolves when it is ready. */
  static async start(
    [program, ...args]: Command,
    cwd: string,
    logFile: string,
    isReady: (log: string) => boolean | Promise<boolean>,
  ): Promise<LocalProcess> {
    const log = openSync(logFile, 'a');
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', log, log] });
    closeSync(log);
    await once(child, 'spawn');
    const started = new LocalProcess(child, logFile);
    const isUp = async (): Promise<boolean> => {
      const said = await started.log();
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${said}`);
      return isReady(said);
    };
    await poll(`${program} to be ready`, isUp, { deadlineMs: 20_000, everyMs: 20 });
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  log(): Promise<string> {
    return readFile(this.#logFile, 'utf8');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
