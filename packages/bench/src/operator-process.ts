import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort, poll } from '@entrepot/control-plane';
import { type Memory, memoryOf } from './process-usage.ts';
import { entrepot } from './programs.ts';

/** `entrepot operator` as a program of its own, elected leader. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #healthPort: number;
  readonly #ended: Promise<unknown>;
  #log = '';

  private constructor(child: ChildProcess, healthPort: number) {
    this.#child = child;
    this.#healthPort = healthPort;
    this.#ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log = (this.#log + text).slice(-10_000)));
    }
  }

  /** Starts it; resolves when it serves its health, which is before it is leader. */
  static async start(kubeconfig: string, settings: Readonly<Record<string, string>> = {}): Promise<OperatorProcess> {
    const port = await freePort();
    const env = {
      PATH: process.env['PATH'],
      LEADER_ELECTION: 'true',
      LOG_LEVEL: 'warn',
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: String(port),
      ...settings,
    };
    const [program, ...args] = entrepot;
    const operator = new OperatorProcess(
      spawn(program, [...args, 'operator', '--kubeconfig', kubeconfig], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
      port,
    );
    await poll('the operator to be ready', () => operator.#isReady(), { deadlineMs: 60_000, everyMs: 20 });
    return operator;
  }

  /** Resolves when it has looked at mirrors so often at least, and for half a second at nothing more. */
  async settled(reconciles: number, deadlineMs: number): Promise<void> {
    let seen = { reconciles: -1, atMs: 0 };
    const isSettled = async (): Promise<boolean> => {
      const now = await this.#metric('entrepot_reconciles_total');
      if (now !== seen.reconciles) seen = { reconciles: now, atMs: performance.now() };
      const isEnough = (await this.#metric('entrepot_reconciles_total', 'controller="mirrors"')) >= reconciles;
      const waiting = await this.#metric('entrepot_queue_depth');
      return isEnough && waiting === 0 && performance.now() - seen.atMs >= 500;
    };
    await poll('the operator to settle', isSettled, { deadlineMs, everyMs: 100 });
  }

  /** Added up over all series whose labels hold the text. */
  async #metric(name: string, labels = ''): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#healthPort}/metrics`);
    return (await answer.text())
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async memory(): Promise<Memory> {
    return memoryOf(this.#child.pid ?? 0);
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 30_000);
    await this.#ended;
    clearTimeout(impatience);
  }

  async #isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`the operator ended:\n${this.#log}`);
    return (await fetch(`http://127.0.0.1:${this.#healthPort}/readyz`)).ok;
  }
}
