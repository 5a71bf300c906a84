import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What the trusted-ca mode keeps in a folder: Docker takes every `*.crt` for a CA, containerd's examples name `ca.crt`. */
export interface CertificateFiles {
  /** Holds the certificates. */
  readonly tls: string;
  /**
   * Is a link to the other one. So the two are the same at every moment, and whoever finds the folder after a crash knows that
   * this one is ours.
   */
  readonly ca: string;
}

const nameOfTls = 'tls.crt';

export function certificateFilesIn(folder: string): CertificateFiles {
  return { tls: join(folder, nameOfTls), ca: join(folder, 'ca.crt') };
}

/** Where the link leads, from its own folder. */
export const destination = nameOfTls;

/**
 * Who put `ca.crt` there. One that is a file of its own, with what `tls.crt` holds, is an earlier agent's copy.
 *
 * @param contents what `tls.crt` holds, or is to hold
 */
export async function originOf(
  { ca }: CertificateFiles,
  contents: readonly (Buffer | undefined)[],
): Promise<'nobody' | 'link' | 'copy' | 'somebody else'> {
  const link = await readlink(ca).catch((error: NodeJS.ErrnoException) => error);
  if (link === nameOfTls) return 'link';
  if (typeof link !== 'string' && link.code === 'ENOENT') return 'nobody';
  const present = await contentOf(ca);
  return present !== undefined && contents.some((content) => content?.equals(present)) ? 'copy' : 'somebody else';
}

/** What a file holds; undefined for one that is missing, or cannot be read. */
export async function contentOf(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}
