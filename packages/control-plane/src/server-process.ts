import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Watchdog } from './watchdog.ts';

/** What to run, and where its output goes. */
export interface ServerProcessOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Appended to, standard output and standard error alike. */
  readonly logFile: string;
  readonly watchdog: Watchdog;
}

/** A program that runs until it is told to end, in a process group of its own that does not outlive this process. */
export class ServerProcess {
  readonly pid: number;
  readonly #options: ServerProcessOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(options: ServerProcessOptions, child: ChildProcess, pid: number) {
    this.#options = options;
    this.#child = child;
    this.pid = pid;
    options.watchdog.add(pid);
    this.#exited = once(child, 'exit').then(() => options.watchdog.remove(pid));
  }

  /** Fails when the program cannot be started at all; whether it then stays up is told by {@link assertRunning}. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const log = openSync(options.logFile, 'a');
    try {
      const child = spawn(options.program, options.args, { detached: true, stdio: ['ignore', log, log] });
      await once(child, 'spawn');
      if (child.pid === undefined) throw new Error(`${options.program} has no pid`);
      return new ServerProcess(options, child, child.pid);
    } finally {
      closeSync(log);
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Throws, with the end of the log, when the program has ended. */
  async assertRunning(): Promise<void> {
    if (this.isRunning) return;
    const lines = (await readFile(this.#options.logFile, 'utf8')).trimEnd().split('\n').slice(-15);
    throw new Error(
      `${this.#options.name} ended with ${this.#child.exitCode ?? this.#child.signalCode}; its last lines:\n${lines.join('\n')}`,
    );
  }

  /** SIGTERM, then after `graceMs` SIGKILL; done when the process is gone. */
  async stop(graceMs: number): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([this.#exited, delay(graceMs, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    if (this.isRunning) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
