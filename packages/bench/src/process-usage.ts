import { readFile } from 'node:fs/promises';

/** Memory of a process in bytes: now, and the most it ever had. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
}

/** What the kernel says about a process (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html). */
export async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (field: string): number => Number(new RegExp(`${field}:\\s*(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Linux counts in hundredths for every architecture (USER_HZ). */
const ticksPerSecond = 100;

/** The CPU time that a process has used so far, all its threads together. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may hold spaces. The fields behind it begin with the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) / ticksPerSecond;
}
