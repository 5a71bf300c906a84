import type { Logger } from '../log/logger.ts';

/**
 * Whether the agent's work on this node is done and still true, and why, in one line. What changes is logged as well: a
 * trouble that lasts is said once, not at every look.
 */
export class Readiness {
  readonly #log: Pick<Logger, 'info' | 'warning'>;
  #isReady = false;
  #why = 'the agent is starting';

  constructor(log: Pick<Logger, 'info' | 'warning'>) {
    this.#log = log;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get why(): string {
    return this.#why;
  }

  /** The work is done; `why` says what is true now, and the remarks what somebody should know all the same. */
  done(why: string, remarks: readonly string[] = []): void {
    const text = [why, ...remarks].join('; ');
    if (!this.#changes(true, text)) return;
    if (remarks.length > 0) this.#log.warning(text);
    else this.#log.info(text);
  }

  /** The work is not done; `why` says what it waits for, or what went wrong and what to do about it. */
  waits(why: string): void {
    if (this.#changes(false, why)) this.#log.warning(why);
  }

  #changes(isReady: boolean, why: string): boolean {
    const isNew = isReady !== this.#isReady || why !== this.#why;
    this.#isReady = isReady;
    this.#why = why;
    return isNew;
  }
}
