import { spawn } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';

/** Somebody else kept the lock for longer than we wanted to wait. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
}

const defaultTimeoutMs = 5000;

/**
 * Runs `action` while holding the advisory lock flock(2) on a file, which is made if it is not there and never removed.
 *
 * Node has no flock, so the program `flock` (util-linux or busybox) is asked to lock a descriptor of ours that it inherits.
 * Such a lock belongs to the open file, not to a process: it outlives the helper, and ends when we close the file or die,
 * however we die. It is the very lock that Python's fcntl.flock takes, so mirror-hostess and this agent exclude each other.
 * It excludes nobody who does not ask for it, and whether it reaches across machines is up to the file system.
 *
 * @throws LockTimeoutError after `timeoutMs`; any other error when the file or the program is missing
 */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  { timeoutMs = defaultTimeoutMs }: { readonly timeoutMs?: number } = {},
  signal?: AbortSignal,
): Promise<T> {
  const file = await open(path, 'a');
  try {
    await lock(file, path, timeoutMs, signal);
    return await action();
  } finally {
    await file.close();
  }
}

async function lock(file: FileHandle, path: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const inherited = 3;
  const helper = spawn('flock', ['-x', String(inherited)], {
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
