import { readFile } from 'node:fs/promises';

/** The process that `unshare` or `nsenter` has started and waits for; undefined when there is none. */
export async function onlyChild(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const [first] = children.split(' ');
  return first ? Number(first) : undefined;
}
