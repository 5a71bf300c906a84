import type { Stats } from 'node:fs';

/**
 * The mounted file has no name on the node any more: somebody put another one in its place, by a rename, and what is read and
 * written here is a file that nobody else sees.
 */
export class OrphanError extends Error {
  override readonly name = 'OrphanError';
}

/** @throws OrphanError when the file that was opened by this path has no name left */
export function assertLinked(path: string, { nlink }: Pick<Stats, 'nlink'>): void {
  if (nlink > 0) return;
  throw new OrphanError(
    `${path} was replaced on the node by another file, which is not the one mounted here: restart the pod to have that one`,
  );
}
