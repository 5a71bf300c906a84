import { mkdir, readFile } from 'node:fs/promises';
import { replaceByLink, replaceFile } from '../files/replace-file.ts';
import { certificateFilesIn, contentOf, destination, originOf } from './certificate-files.ts';

/**
 * Reads a file of certificates in PEM.
 *
 * @throws when it holds none, or a private key: such a thing must never reach the folders of all nodes
 */
export async function readCertificates(source: string): Promise<Buffer> {
  const content = await readFile(source);
  const pem = content.toString('latin1');
  if (pem.includes('PRIVATE KEY')) throw new Error(`${source} holds a private key; only certificates belong on nodes`);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${source} holds no certificate in PEM`);
  return content;
}

/** What became of a folder. */
export interface CopiedFolder {
  /** The files that had to be written. */
  readonly written: readonly string[];
  /** A `ca.crt` that no agent wrote and that stays, beside our `tls.crt`. */
  readonly foreign: string | undefined;
}

/** Makes the folder, where it is missing, hold these certificates. */
export async function copyCertificates(certificates: Buffer, target: string): Promise<CopiedFolder> {
  await mkdir(target, { recursive: true });
  const files = certificateFilesIn(target);
  const former = await contentOf(files.tls);
  const origin = await originOf(files, [former, certificates]);
  const written: string[] = [];
  const link = async (): Promise<void> => {
    if (origin !== 'nobody' && origin !== 'copy') return;
    await replaceByLink(files.ca, destination);
    written.push(files.ca);
  };
  // A copy of what was there before could not be told from somebody else's file later; a link to nothing would be in the way.
  if (former !== undefined) await link();
  if (!former?.equals(certificates)) {
    await replaceFile(files.tls, certificates, { mode: 0o644 });
    written.push(files.tls);
  }
  if (former === undefined) await link();
  return { written, foreign: origin === 'somebody else' ? files.ca : undefined };
}
