import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';
import type { Mirror } from './mirror.ts';

/** The fetcher as a program of its own, run from its sources. */
export class Program {
  readonly #child: ChildProcess;
  output = '';
  errors = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  static run(args: readonly string[], cwd: string): Program {
    const main = join(import.meta.dirname, '../../src/main.ts');
    return new Program(spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { cwd }));
  }

  /** Runs it with the mirror's configuration, in its folder, until it answers. */
  static async serve(mirror: Mirror): Promise<Program> {
    await writeFile(join(mirror.folder, 'fetcher.json'), JSON.stringify(mirror.config));
    const program = Program.run(['--config', 'fetcher.json'], mirror.folder);
    await eventually(() => program.output.includes('"message":"listening"') || program.errors !== '');
    return program;
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }
}
