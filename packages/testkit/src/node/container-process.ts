import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Watchdog } from '@entrepot/control-plane';
import type { Environment } from './environment.ts';
import { sandboxScript, type SandboxOptions } from './sandbox.ts';

/** One start of a container. */
export interface ContainerLaunch {
  readonly command: readonly string[];
  readonly environment: Environment;
  readonly sandbox: SandboxOptions;
  readonly logFile: string;
  readonly watchdog: Watchdog;
}

/** A container's program while it runs: process 1 of a PID namespace, so that nothing it starts outlives it. */
export class ContainerProcess {
  /** Resolves with the exit code as a shell tells it: 128 + n for signal n. */
  readonly exited: Promise<number>;
  readonly #child: ChildProcess;
  readonly #pid: number;

  private constructor(child: ChildProcess, pid: number, watchdog: Watchdog) {
    this.#child = child;
    this.#pid = pid;
    watchdog.add(pid);
    this.exited = once(child, 'exit').then(() => {
      watchdog.remove(pid);
      return child.exitCode ?? 128 + 9;
    });
  }

  /** Fails when namespaces cannot be made at all. A program that is not there ends with code 127, and says so in its log. */
  static async start({ command, environment, sandbox, logFile, watchdog }: ContainerLaunch): Promise<ContainerProcess> {
    const log = openSync(logFile, 'a');
    try {
      const privilege = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
      const namespaces = ['--mount', '--propagation=private', '--pid', '--fork', '--kill-child'];
      const child = spawn(
        '/usr/bin/unshare',
        [...privilege, ...namespaces, '/bin/sh', '-c', sandboxScript(sandbox), 'sandbox', ...command],
        { env: { ...environment }, detached: true, stdio: ['ignore', log, log] },
      );
      await once(child, 'spawn');
      if (child.pid === undefined) throw new Error('unshare has no pid');
      return new ContainerProcess(child, child.pid, watchdog);
    } finally {
      closeSync(log);
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Tells the program to end. */
  async terminate(): Promise<void> {
    const pid = await this.#programPid();
    if (pid !== undefined && this.isRunning) process.kill(pid, 'SIGTERM');
  }

  /** Ends everything in the container at once. */
  kill(): void {
    // unshare takes its child, process 1, along; that takes all others.
    if (this.isRunning) this.#child.kill('SIGKILL');
  }

  /** Runs a command in the container; fails when it exits with another code than 0 or takes longer than `timeoutMs`. */
  async execute(command: readonly string[], timeoutMs: number): Promise<void> {
    const pid = await this.#programPid();
    if (pid === undefined) throw new Error('the container does not run');
    const target = ['--target', String(pid), '--mount', '--pid', '--root', '--wd', '--'];
    await promisify(execFile)('nsenter', [...target, ...command], { timeout: timeoutMs });
  }

  /** The only child of the `unshare` process that waits for it. */
  async #programPid(): Promise<number | undefined> {
    const children = await readFile(`/proc/${this.#pid}/task/${this.#pid}/children`, 'utf8').catch(() => '');
    const [first] = children.split(' ');
    return first ? Number(first) : undefined;
  }
}
