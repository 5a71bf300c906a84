import type { Logger } from '../log/logger.ts';
import type { HostsLock } from './hosts-lock.ts';

/** A former agent is told to end when the one beside it is ready, which its kubelet looks at every few seconds. */
const longestMs = 60_000;

/**
 * The time in which an agent runs beside a former one of the same name that takes the line along when it ends, as
 * mirror-hostess does. For that it needs the lock, and it waits for it until its kubelet ends it for good: the line stays where
 * somebody holds the lock meanwhile.
 */
export class Overlap {
  readonly #lock: Pick<HostsLock, 'keepOut'>;
  readonly #log: Pick<Logger, 'info'>;
  readonly #nowMs: () => number;
  #release: (() => Promise<void>) | undefined;
  /** When it began to be held, in milliseconds; undefined while there is no overlap. */
  #sinceMs: number | undefined;

  /** @param nowMs a time that never jumps */
  constructor(lock: Pick<HostsLock, 'keepOut'>, log: Pick<Logger, 'info'>, nowMs = () => performance.now()) {
    this.#lock = lock;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  /**
   * To be called before each look at the file.
   *
   * @param isOverlapping whether the operator says that former agents may be there
   * @throws LockTimeoutError; when the lock file or the program flock is missing
   */
  async follow(isOverlapping: boolean, signal: AbortSignal): Promise<void> {
    if (!isOverlapping) {
      await this.end();
      this.#sinceMs = undefined;
    } else if (this.#sinceMs === undefined) {
      this.#release = await this.#lock.keepOut(signal);
      this.#sinceMs = this.#nowMs();
      this.#log.info('A former agent is kept from taking its line along');
    } else if (this.#sinceMs + longestMs <= this.#nowMs()) await this.end();
  }

  /** Lets others have the lock. */
  async end(): Promise<void> {
    await this.#release?.();
    this.#release = undefined;
  }
}
