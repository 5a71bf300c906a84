import { open } from 'node:fs/promises';
import { backUpOnce } from '../files/back-up-once.ts';
import { LockTimeoutError, withFileLock } from '../files/file-lock.ts';
import { assertLinked } from '../files/linked-file.ts';
import { updateFile } from '../files/update-file.ts';
import type { Readiness } from '../health/readiness.ts';
import type { Logger } from '../log/logger.ts';
import type { NodePolicy } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import { editsFor } from './edits-for.ts';
import { merge, type HostsEntry } from './merge.ts';

/** Where the file is, and what all agents of a node lock. */
export interface HostsFilePaths {
  readonly hostsFile: string;
  readonly lockFile: string;
}

/** A node's hosts file, shared with the agents of other mirrors: every write is under the lock that all of them take. */
export class HostsFile {
  readonly #paths: HostsFilePaths;
  readonly #policy: () => Promise<NodePolicy>;
  readonly #log: Pick<Logger, 'warning'>;

  /** @param policy reads the administrator's rules as they are now */
  constructor(paths: HostsFilePaths, policy: () => Promise<NodePolicy>, log: Pick<Logger, 'warning'>) {
    this.#paths = paths;
    this.#policy = policy;
    this.#log = log;
  }

  /**
   * Keeps a copy of the file from before it was touched; waits for the lock, and while nothing may be written.
   *
   * @returns why a backup is impossible: the hosts file should then be left alone
   */
  async backUp(
    { backupFile, checkMs }: { readonly backupFile: string; readonly checkMs: number },
    readiness: Readiness,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { hostsFile, lockFile } = this.#paths;
    let trouble: string | undefined;
    const backUp = async (): Promise<'finished'> => {
      (await this.#policy()).assertAllows();
      try {
        const made = await withFileLock(lockFile, () => backUpOnce(hostsFile, backupFile), {}, signal);
        if (!made) this.#log.warning(`Backup hosts file already exists at ${backupFile}; it is kept`);
      } catch (error) {
        if (error instanceof LockTimeoutError) throw error;
        trouble = String(error);
      }
      return 'finished';
    };
    await repeatedly(backUp, checkMs, readiness, signal);
    return signal.aborted ? undefined : trouble;
  }

  /**
   * Makes the file say this about one name, unless it does.
   *
   * @throws RefusedError when the administrator's rules forbid it; LockTimeoutError; whatever reading and writing throws
   */
  async ensure(entry: HostsEntry, signal?: AbortSignal): Promise<void> {
    (await this.#policy()).assertAllows(entry.hostname);
    if (await this.#says(entry)) return;
    const { hostsFile, lockFile } = this.#paths;
    const change = {
      merged: (content: Buffer) => merge(content, entry),
      edits: (content: Buffer) => editsFor(content, entry),
    };
    await withFileLock(lockFile, () => updateFile(hostsFile, change), {}, signal);
  }

  /** Whether the file says this about one name already; looked at without the lock. @throws OrphanError */
  async #says(entry: HostsEntry): Promise<boolean> {
    const file = await open(this.#paths.hostsFile);
    try {
      assertLinked(this.#paths.hostsFile, await file.stat());
      const content = await file.readFile();
      return merge(content, entry).equals(content);
    } finally {
      await file.close();
    }
  }
}
