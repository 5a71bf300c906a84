import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

// Its input ends when its owner ends, in whichever way, SIGKILL included.
const script = `
groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -) kept=; for one in $groups; do [ "$one" = "$group" ] || kept="$kept $one"; done; groups=$kept ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done 2>/dev/null
[ -z "$1" ] || rm -rf -- "$1" 2>/dev/null || { sleep 1; rm -rf -- "$1"; }
`;

/**
 * Sees to it that processes and a folder of this process do not outlive it, however it ends: a small shell that reads a
 * pipe, kills the process groups it was told of when the pipe closes, and removes the folder.
 */
export class Watchdog {
  readonly #shell: ChildProcessByStdio<Writable, null, null>;

  /** @param folder removed at the end, with everything in it; none by default */
  constructor(folder = '') {
    this.#shell = spawn('/bin/sh', ['-c', script, 'entrepot-watchdog', folder], {
      // In a session of its own, an interrupt from the terminal does not reach it.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.stdin.on('error', () => {});
  }

  /** The group of a process that was spawned `detached` has its pid as its number. */
  add(processGroup: number): void {
    this.#shell.stdin.write(`+ ${processGroup}\n`);
  }

  /** To be called when the process has ended: its number may be given to another one. */
  remove(processGroup: number): void {
    this.#shell.stdin.write(`- ${processGroup}\n`);
  }

  /** Kills what is left, removes the folder, and waits until that is done. */
  async end(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    const exited = once(this.#shell, 'exit');
    this.#shell.stdin.end();
    await exited;
  }
}
