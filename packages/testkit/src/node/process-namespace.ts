import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Watchdog } from '@entrepot/control-plane';
import { onlyChild } from './only-child.ts';

const isRoot = process.getuid?.() === 0;

/** Options of `unshare` by which everybody may make namespaces. */
export const ownPrivilege: readonly string[] = isRoot ? [] : ['--user', '--map-root-user'];

// Where children that lost their parent end up; the kernel removes them when nobody wants to know of it.
const pause = "trap '' CHLD; echo ready; exec sleep infinity";

/** A PID namespace for the containers of a pod with `shareProcessNamespace`. Its process 1 does nothing, as in any cluster. */
export class ProcessNamespace {
  readonly #owner: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #pausePid: number;

  private constructor(owner: ChildProcess, ended: Promise<unknown>, pausePid: number) {
    this.#owner = owner;
    this.#ended = ended;
    this.#pausePid = pausePid;
  }

  /** Fails when namespaces cannot be made at all. */
  static async start(watchdog: Watchdog): Promise<ProcessNamespace> {
    const args = [...ownPrivilege, '--pid', '--fork', '--kill-child', '/bin/sh', '-c', pause];
    const owner = spawn('/usr/bin/unshare', args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(owner, 'spawn');
    const { pid } = owner;
    if (pid === undefined) throw new Error('unshare has no pid');
    watchdog.add(pid);
    const ended = once(owner, 'exit').then(() => watchdog.remove(pid));
    await Promise.race([once(owner.stdout, 'data'), ended]);
    const pausePid = await onlyChild(pid);
    if (pausePid === undefined) throw new Error('cannot make a PID namespace');
    return new ProcessNamespace(owner, ended, pausePid);
  }

  /** The beginning of a command line that makes the rest of it a process of this namespace, and waits for it. */
  get entrance(): readonly string[] {
    const privilege = isRoot ? [] : ['--user', '--preserve-credentials'];
    return ['/usr/bin/nsenter', '--target', String(this.#pausePid), ...privilege, '--pid', '--'];
  }

  /** Ends every process in it at once. */
  async end(): Promise<void> {
    this.#owner.kill('SIGKILL');
    await this.#ended;
  }
}
