import { takeFileLock, withFileLock } from '../files/file-lock.ts';

/** What the agents of a node lock, and whether this one takes its line along when it ends. */
export interface HostsLockSettings {
  readonly lockFile: string;
  readonly keepOnExit: boolean;
}

/**
 * What keeps agents of a node from changing the hosts file at the same time.
 *
 * mirror-hostess locks LOCK_FILE alone for each change, and so does an agent in its place. Agents that keep their lines exclude
 * each other by a second file, and share the first one: so each of them can hold that for longer without being in the way of
 * the others.
 */
export class HostsLock {
  readonly #settings: HostsLockSettings;

  constructor({ lockFile, keepOnExit }: HostsLockSettings) {
    this.#settings = { lockFile, keepOnExit };
  }

  /** Runs `action` while no other agent changes the file. @throws LockTimeoutError; when a file or the program flock is missing */
  async during<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { lockFile, keepOnExit } = this.#settings;
    if (!keepOnExit) return withFileLock(lockFile, action, {}, signal);
    const shared = (): Promise<T> => withFileLock(lockFile, action, { isShared: true }, signal);
    return withFileLock(`${lockFile}.keeping`, shared, {}, signal);
  }

  /** Keeps agents that take their lines along from changing the file, until what comes back is called. @throws as `during` */
  async keepOut(signal: AbortSignal): Promise<() => Promise<void>> {
    return takeFileLock(this.#settings.lockFile, { isShared: true }, signal);
  }
}
