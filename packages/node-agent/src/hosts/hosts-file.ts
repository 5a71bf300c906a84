import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { backUpOnce } from '../files/back-up-once.ts';
import { LockTimeoutError, withFileLock } from '../files/file-lock.ts';
import { updateFile } from '../files/update-file.ts';
import type { Logger } from '../log/logger.ts';
import type { HostsSettings } from '../settings/hosts-settings.ts';
import { merge, type HostsEntry } from './merge.ts';

const longestPauseMs = 30_000;

/** A node's hosts file, shared with the agents of other mirrors: every access is under the lock that all of them take. */
export class HostsFile {
  readonly #settings: Pick<HostsSettings, 'hostsFile' | 'backupFile' | 'lockFile'>;
  readonly #log: Logger;

  constructor(settings: Pick<HostsSettings, 'hostsFile' | 'backupFile' | 'lockFile'>, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Keeps a copy of the file from before it was touched.
   *
   * @throws when that is impossible; the hosts file should then be left alone
   */
  async backUp(signal: AbortSignal): Promise<void> {
    const { hostsFile, backupFile, lockFile } = this.#settings;
    const made = await this.#patiently(
      (error) => error instanceof LockTimeoutError,
      signal,
      () => withFileLock(lockFile, () => backUpOnce(hostsFile, backupFile), {}, signal),
    );
    if (!made) this.#log.warning(`Backup hosts file already exists at ${backupFile}; it is kept`);
  }

  /** Whether the file says this about one name already; looked at without the lock. */
  async says(entry: HostsEntry): Promise<boolean> {
    const content = await readFile(this.#settings.hostsFile);
    return merge(content, entry).equals(content);
  }

  /** Makes the file say this about one name, however long it takes; gives up only when the signal aborts. */
  async ensure(entry: HostsEntry, signal: AbortSignal): Promise<void> {
    await this.#patiently(
      () => true,
      signal,
      () => this.tryOnce(entry, signal),
    );
  }

  /** Makes the file say this about one name. @throws when the lock is not to be had or the file cannot be written */
  async tryOnce(entry: HostsEntry, signal?: AbortSignal): Promise<void> {
    const { hostsFile, lockFile } = this.#settings;
    const update = () => updateFile(hostsFile, (content) => merge(content, entry));
    const written = await withFileLock(lockFile, update, {}, signal);
    const meaning = entry.addresses.length > 0 ? `is ${entry.addresses.join(' and ')}` : 'is not';
    if (written) this.#log.info(`${entry.hostname} ${meaning} in ${hostsFile} now`);
  }

  async #patiently<T>(
    isTransient: (error: unknown) => boolean,
    signal: AbortSignal,
    action: () => Promise<T>,
  ): Promise<T> {
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await action();
      } catch (error) {
        signal.throwIfAborted();
        if (!isTransient(error)) throw error;
        this.#log.warning(`${String(error)}; trying again in ${pauseMs / 1000} s`);
        await delay(pauseMs, undefined, { signal });
      }
    }
  }
}
