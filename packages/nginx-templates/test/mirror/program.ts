import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fchownSync, openSync, closeSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { MirrorFolder } from './mirror-folder.ts';

export interface ProgramOptions {
  /** User and group to run as; the test's own when not given. */
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program running in a mirror's folder. What it writes goes to files there, as a container runtime keeps it. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #stdout: string;
  readonly #stderr: string;

  constructor(folder: MirrorFolder, command: string, args: readonly string[], options: ProgramOptions = {}) {
    const name = basename(command);
    this.#stdout = folder.path(`${name}.stdout`);
    this.#stderr = folder.path(`${name}.stderr`);
    const outputs = [this.#stdout, this.#stderr].map((path) => openSync(path, 'a'));
    const { uid } = options;
    if (uid !== undefined) for (const output of outputs) fchownSync(output, uid, uid);
    this.#child = spawn(command, args, {
      cwd: folder.root,
      stdio: ['ignore', ...outputs],
      env: { ...process.env, ...options.env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.#exited = once(this.#child, 'exit');
    // A program that cannot be started at all never exits; whoever waits for it to be ready finds that it is not running.
    this.#exited.catch(() => undefined);
    for (const output of outputs) closeSync(output);
  }

  get isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its exit code, once it has ended. */
  async exitCode(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  get stdout(): string {
    return readFileSync(this.#stdout, 'utf8');
  }

  get stderr(): string {
    return readFileSync(this.#stderr, 'utf8');
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill(signal);
    await this.#exited;
  }
}
