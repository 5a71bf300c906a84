import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Watchdog } from '@entrepot/control-plane';
import { afterAll } from 'vitest';
import { bundle } from '../bundle.ts';

const root = mkdtempSync(join(tmpdir(), 'entrepot-node-agent-'));
const watchdog = new Watchdog(root);
// Registered first, this runs last.
afterAll(() => watchdog.end());

/** A folder of its own, removed after the last test of the file, or when that is killed. */
export function temporaryFolder(): string {
  return mkdtempSync(join(root, 'test-'));
}

let program: Promise<string> | undefined;

/** The bundle as it is shipped, made once. */
export async function builtProgram(): Promise<string> {
  program ??= (async () => {
    const file = join(temporaryFolder(), 'entrepot-node-agent.cjs');
    await bundle(file);
    return file;
  })();
  return program;
}

/** The real program as a process of its own. */
export class RunningAgent {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #output = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = once(process, 'close');
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  static async start(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<RunningAgent> {
    const inherited = { PATH: process.env['PATH'], HOME: '/nonexistent' };
    return new RunningAgent(
      spawn(process.execPath, [await builtProgram(), ...args], { env: { ...inherited, ...environment } }),
    );
  }

  /** All it has printed so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Its exit code, once it ends. */
  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#process.kill(signal);
    return this.exitCode();
  }
}
