import { spawn } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';

/** Somebody else kept the lock for longer than we wanted to wait. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
}

/** How a lock is asked for. */
export interface LockOptions {
  readonly timeoutMs?: number;
  /** Together with others that ask for it so; nobody can have it alone meanwhile. */
  readonly isShared?: boolean;
}

const defaultTimeoutMs = 5000;

/** Runs `action` while holding the lock. @throws what {@link takeFileLock} throws */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  options: LockOptions = {},
  signal?: AbortSignal,
): Promise<T> {
  const release = await takeFileLock(path, options, signal);
  try {
    return await action();
  } finally {
    await release();
  }
}

/**
 * Takes the advisory lock flock(2) on a file, which is made if it is not there and never removed. What comes back gives it up.
 *
 * Node has no flock, so the program `flock` (util-linux or busybox) is asked to lock a descriptor of ours that it inherits.
 * Such a lock belongs to the open file, not to a process: it outlives the helper, and ends when we close the file or die,
 * however we die. It is the very lock that Python's fcntl.flock takes, so mirror-hostess and this agent exclude each other.
 * It excludes nobody who does not ask for it, and whether it reaches across machines is up to the file system.
 *
 * @throws LockTimeoutError after `timeoutMs`; any other error when the file or the program is missing
 */
export async function takeFileLock(
  path: string,
  options: LockOptions = {},
  signal?: AbortSignal,
): Promise<() => Promise<void>> {
  const file = await open(path, 'a');
  try {
    await lock(file, path, options, signal);
  } catch (error) {
    await file.close();
    throw error;
  }
  return () => file.close();
}

async function lock(
  file: FileHandle,
  path: string,
  { timeoutMs = defaultTimeoutMs, isShared = false }: LockOptions,
  signal?: AbortSignal,
): Promise<void> {
  const inherited = 3;
  const helper = spawn('flock', [isShared ? '-s' : '-x', String(inherited)], {
    stdio: ['ignore', 'ignore', 'ignore', file.fd],
    timeout: timeoutMs,
    ...(signal && { signal }),
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    helper.once('error', reject);
    helper.once('close', resolve);
  });
  if (code === null) throw new LockTimeoutError(`${path} is locked by another process for more than ${timeoutMs} ms`);
  if (code !== 0) throw new Error(`flock could not lock ${path}: exit code ${code}`);
}
