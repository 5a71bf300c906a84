import { readFile } from 'node:fs/promises';

/**
 * Whether something is mounted exactly on this path, as a hosts file is in a pod: it can then be written but not replaced.
 * Fields of mountinfo: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 *
 * @param path absolute, without symbolic links
 */
export async function isMountPoint(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mounts.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === path);
}

/** Blanks and backslashes stand in mountinfo as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
