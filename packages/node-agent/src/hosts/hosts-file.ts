import { realpath } from 'node:fs/promises';
import { backUpOnce } from '../files/back-up-once.ts';
import { LockTimeoutError } from '../files/file-lock.ts';
import { assertLinked } from '../files/linked-file.ts';
import { NoFileError, openFile } from '../files/open-file.ts';
import { removeLeftovers } from '../files/replace-file.ts';
import { updateFile, type FileChange } from '../files/update-file.ts';
import type { Readiness } from '../health/readiness.ts';
import type { Logger } from '../log/logger.ts';
import type { NodePolicy } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import { editsFor } from './edits-for.ts';
import type { HostsLock } from './hosts-lock.ts';
import { merge, type HostsEntry } from './merge.ts';
import { editsWithoutOwnLines, isNamedByOthers, withoutOwnLines, type GivenName } from './withdrawal.ts';

/** A node's hosts file, shared with the agents of other mirrors: every write is under the lock that all of them take. */
export class HostsFile {
  readonly #hostsFile: string;
  readonly #lock: HostsLock;
  readonly #policy: () => Promise<NodePolicy>;
  readonly #log: Pick<Logger, 'warning'>;

  /** @param policy reads the administrator's rules as they are now */
  constructor(hostsFile: string, lock: HostsLock, policy: () => Promise<NodePolicy>, log: Pick<Logger, 'warning'>) {
    this.#hostsFile = hostsFile;
    this.#lock = lock;
    this.#policy = policy;
    this.#log = log;
  }

  /**
   * Keeps a copy of the file from before it was touched, and removes what a killed agent left beside it; waits for the lock, and while nothing may be written.
   *
   * @returns why a backup is impossible: the hosts file should then be left alone
   */
  async backUp(
    { backupFile, checkMs }: { readonly backupFile: string; readonly checkMs: number },
    readiness: Readiness,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const hostsFile = this.#hostsFile;
    let trouble: string | undefined;
    const backUp = async (): Promise<'finished'> => {
      (await this.#policy()).assertAllows();
      try {
        const tidied = async (): Promise<boolean> => {
          const made = await backUpOnce(hostsFile, backupFile);
          await removeLeftovers(await realpath(hostsFile));
          return made;
        };
        const made = await this.#lock.during(tidied, signal);
        if (!made) this.#log.warning(`Backup hosts file already exists at ${backupFile}; it is kept`);
      } catch (error) {
        if (error instanceof LockTimeoutError) throw error;
        trouble = error instanceof NoFileError ? error.message : String(error);
      }
      return 'finished';
    };
    await repeatedly(backUp, checkMs, readiness, signal);
    return signal.aborted ? undefined : trouble;
  }

  /**
   * Makes the file say this about one name, unless it does.
   *
   * @returns whether it did not, and was written
   * @throws RefusedError when the administrator's rules forbid it; NoFileError; LockTimeoutError; whatever reading and writing throws
   */
  async ensure(entry: HostsEntry, signal?: AbortSignal): Promise<boolean> {
    (await this.#policy()).assertAllows(entry.hostname);
    const change = {
      merged: (content: Buffer) => merge(content, entry),
      edits: (content: Buffer) => editsFor(content, entry),
    };
    return (await this.#carryOut(change, signal)).isChanged;
  }

  /**
   * Takes our own lines for a name away. No list of names is asked: what mirrors wrote goes with them, and of others nothing
   * is touched.
   *
   * @returns whether the name is gone; it is not while a line of somebody else has it
   * @throws RefusedError while nothing may be written; NoFileError; LockTimeoutError; whatever reading and writing throws
   */
  async withdraw(name: GivenName, signal?: AbortSignal): Promise<boolean> {
    (await this.#policy()).assertAllows();
    const change = {
      merged: (content: Buffer) => withoutOwnLines(content, name),
      edits: (content: Buffer) => editsWithoutOwnLines(content, name),
    };
    return !isNamedByOthers((await this.#carryOut(change, signal)).before, name);
  }

  /** Makes a change, unless it is made already, which is looked at without the lock. */
  async #carryOut(
    change: FileChange,
    signal?: AbortSignal,
  ): Promise<{ readonly before: Buffer; readonly isChanged: boolean }> {
    const before = await this.#content();
    if (change.merged(before).equals(before)) return { before, isChanged: false };
    const isChanged = await this.#lock.during(() => updateFile(this.#hostsFile, change), signal);
    return { before, isChanged };
  }

  /** @throws NoFileError; OrphanError */
  async #content(): Promise<Buffer> {
    const file = await openFile(this.#hostsFile);
    try {
      assertLinked(this.#hostsFile, await file.stat());
      return await file.readFile();
    } finally {
      await file.close();
    }
  }
}
