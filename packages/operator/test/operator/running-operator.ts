import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { poll } from '@entrepot/control-plane';
import { z } from 'zod';
import { fixtures, inherited, programArguments } from '../cli/run-program.ts';

const logLine = z.looseObject({ level: z.string(), message: z.string() });
type LogLine = z.infer<typeof logLine>;

/** The operator as a program of its own, logging everything it can. */
export class RunningOperator {
  /** What all operators of this process have printed. */
  static readonly allOutput: string[] = [];
  readonly #child: ChildProcess;
  readonly #lines: LogLine[] = [];
  readonly #ended: Promise<number | null>;

  constructor(kubeconfig: string, environment: Readonly<Record<string, string>>, flags: readonly string[] = []) {
    const words = [...programArguments, 'operator', '--kubeconfig', kubeconfig, ...flags];
    // Where nothing can be written: tests leave no notes on the machine.
    const notes = { IMAGESWAP_MAP_STATE_FILE: '/dev/null/map' };
    const env = { ...inherited, HEALTH_PORT: '0', LOG_LEVEL: 'debug', ...notes, ...environment };
    this.#child = spawn(process.execPath, words, { cwd: fixtures, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    this.#child.on('error', reject).on('close', resolve);
    this.#ended = promise;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.#take(line));
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The lines that were logged with this message. */
  logged(message: RegExp): readonly LogLine[] {
    return this.#lines.filter((line) => message.test(line.message));
  }

  /** Resolves when a line with this message is there. */
  async hasLogged(message: RegExp): Promise<void> {
    await poll(`a log line ${String(message)}`, async () => Promise.resolve(this.logged(message).length > 0), {
      deadlineMs: 60_000,
    });
  }

  /** Asks it to end; resolves with its exit code, null when it had to be killed. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    return this.#ended.finally(() => clearTimeout(killing));
  }

  /** Ends it as a node that loses its power would. */
  async killOutright(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #take(line: string): void {
    RunningOperator.allOutput.push(line);
    const parsed = logLine.safeParse(parseJson(line));
    this.#lines.push(parsed.data ?? { level: 'none', message: line });
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
