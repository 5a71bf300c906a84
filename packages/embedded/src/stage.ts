import { performance } from 'node:perf_hooks';

/** Where a run of many steps says what it does, and remembers how to take everything down again. */
export class Stage {
  readonly #print: (text: string) => void;
  readonly #endings: (() => Promise<unknown>)[] = [];
  #isEnding = false;

  /** `print` receives text as it stands, line ends included. */
  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  /** Does one step; prints its title at once and its time when it is done. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    this.#print(`  ${title.padEnd(48)} `);
    try {
      const result = await work();
      this.#print(`${seconds(performance.now() - started).padStart(7)}\n`);
      return result;
    } catch (error) {
      // What fails because everything is taken down is no news.
      if (!this.#isEnding) this.#print('failed\n');
      throw error;
    }
  }

  /** Remembers what to do at the end; the last one remembered is done first. */
  atEnd(work: () => Promise<unknown>): void {
    this.#endings.push(work);
  }

  /** Takes everything down, whatever fails on the way; a second call does nothing. Returns whether there was anything. */
  async end(): Promise<boolean> {
    const isAnythingUp = this.#endings.length > 0;
    this.#isEnding = true;
    for (let work = this.#endings.pop(); work !== undefined; work = this.#endings.pop()) {
      try {
        await work();
      } catch (error) {
        this.#print(`  while cleaning up: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    return isAnythingUp;
  }
}

/** `1.3 s` from milliseconds. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
