import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Watchdog } from '@entrepot/control-plane';
import type { Environment } from './environment.ts';
import { onlyChild } from './only-child.ts';
import { ownPrivilege, type ProcessNamespace } from './process-namespace.ts';
import { sandboxScript, type SandboxOptions } from './sandbox.ts';

/** One start of a container. */
export interface ContainerLaunch {
  readonly command: readonly string[];
  readonly environment: Environment;
  readonly sandbox: SandboxOptions;
  readonly logFile: string;
  readonly watchdog: Watchdog;
  /** The one of its pod; undefined: its own. */
  readonly namespace: ProcessNamespace | undefined;
}

/**
 * A container's program while it runs. In a PID namespace of its own it is process 1, and nothing it starts outlives it;
 * in that of its pod, this is so for what stays in its process group.
 */
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
      this.#killGroup();
      return child.exitCode ?? 128 + 9;
    });
  }

  /** Fails when namespaces cannot be made at all. A program that is not there ends with code 127, and says so in its log. */
  static async start(launch: ContainerLaunch): Promise<ContainerProcess> {
    const { command, environment, sandbox, logFile, watchdog, namespace } = launch;
    const log = openSync(logFile, 'a');
    try {
      const mounts = ['--mount', '--propagation=private'];
      const [program = '', ...entrance] = namespace
        ? [...namespace.entrance, '/usr/bin/unshare', ...mounts]
        : ['/usr/bin/unshare', ...ownPrivilege, ...mounts, '--pid', '--fork', '--kill-child'];
      const args = [...entrance, '/bin/sh', '-c', sandboxScript(sandbox), 'sandbox', ...command];
      const child = spawn(program, args, { env: { ...environment }, detached: true, stdio: ['ignore', log, log] });
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
    const pid = await onlyChild(this.#pid);
    if (pid !== undefined && this.isRunning) process.kill(pid, 'SIGTERM');
  }

  /** Ends everything in the container at once. */
  kill(): void {
    if (this.isRunning) this.#killGroup();
  }

  /** Runs a command in the container; fails when it exits with another code than 0 or takes longer than `timeoutMs`. */
  async execute(command: readonly string[], timeoutMs: number): Promise<void> {
    const pid = await onlyChild(this.#pid);
    if (pid === undefined) throw new Error('the container does not run');
    const target = ['--target', String(pid), '--mount', '--pid', '--root', '--wd', '--'];
    await promisify(execFile)('nsenter', [...target, ...command], { timeout: timeoutMs });
  }

  #killGroup(): void {
    try {
      process.kill(-this.#pid, 'SIGKILL');
    } catch {
      // Nothing is left of it.
    }
  }
}
