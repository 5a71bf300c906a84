import { until } from './until.ts';

/** Clients that repeat what they do, without a pause, until they are disposed of. */
export class SteadyClients implements AsyncDisposable {
  readonly failures: string[] = [];
  readonly #running: Promise<unknown>;
  #successes = 0;
  #isStopped = false;

  constructor(actions: readonly (() => Promise<unknown>)[]) {
    this.#running = Promise.all(actions.map((action) => this.#repeat(action)));
  }

  /** Resolves when they have succeeded so many times more, all together. */
  async succeed(times: number): Promise<void> {
    const enough = this.#successes + times;
    await until(`${times} successes more`, () => this.#successes >= enough, 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #repeat(action: () => Promise<unknown>): Promise<void> {
    while (!this.#isStopped) {
      try {
        await action();
        this.#successes += 1;
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }
}
