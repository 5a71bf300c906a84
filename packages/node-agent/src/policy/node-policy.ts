import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { isPattern, matches } from './name-pattern.ts';

/** What a mirror asks for is forbidden on this node, by the administrator's rules or for the node's own sake. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** What the cluster's administrator lets agents do on nodes, whatever mirrors say. */
export interface NodePolicy {
  /**
   * Every write to the node asks here first.
   *
   * @param hostname the name that is to lead to a mirror, or the name or address under which a mirror is to be trusted; none:
   * only what mirrors wrote before is taken away
   * @throws RefusedError saying which file of rules forbids it
   */
  assertAllows(hostname?: string): void;
}

/**
 * Reads the folder's files `halt`, `allow` and `deny`. A missing folder or file restricts nothing. They are read anew for
 * every look, so that a changed ConfigMap counts within seconds and without a restart.
 *
 * - `halt`: anything but nothing or `false` stops every write to the node. In an emergency, `yes` must not mean no.
 * - `allow`: one pattern a line; where the file is, only names that match one are written; addresses are no names.
 * - `deny`: one pattern a line; names that match one are not.
 *
 * Lines may be empty or comments (`#`).
 *
 * @throws when a file is there but cannot be read or understood; nothing should then be written
 */
export async function readPolicy(folder: string): Promise<NodePolicy> {
  const [halt, allow, deny] = await Promise.all(['halt', 'allow', 'deny'].map((name) => content(join(folder, name))));
  const isHalted = !['', 'false'].includes((halt ?? '').trim().toLowerCase());
  const allowed = allow === undefined ? undefined : patterns(join(folder, 'allow'), allow);
  const denied = patterns(join(folder, 'deny'), deny ?? '');
  return {
    assertAllows: (hostname) => {
      if (isHalted) throw new RefusedError(`nothing is written to this node while ${join(folder, 'halt')} says so`);
      if (hostname === undefined) return;
      const reason = denied.find((pattern) => matches(pattern, hostname));
      if (reason !== undefined)
        throw new RefusedError(`${hostname} is left alone: ${join(folder, 'deny')} has ${reason}`);
      // Mirrors that are called by their address have one that Kubernetes chose: nobody could allow it beforehand.
      if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0) return;
      if (allowed?.some((pattern) => matches(pattern, hostname)) === false) {
        throw new RefusedError(`${hostname} is left alone: ${join(folder, 'allow')} does not have it`);
      }
    },
  };
}

async function content(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function patterns(path: string, text: string): readonly string[] {
  const found = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const wrong = found.find((pattern) => !isPattern(pattern));
  if (wrong !== undefined) {
    throw new Error(`${path} has ${JSON.stringify(wrong)}, but must have names such as example.com or *.example.com`);
  }
  return found;
}
