import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../files/replace-file.ts';

/** What the runtimes look for: Docker takes every `*.crt` for a CA, containerd's examples name `ca.crt`. */
const fileNames = ['tls.crt', 'ca.crt'];

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

/** Makes the folder, where it is missing, hold these certificates. @returns the files that had to be written */
export async function copyCertificates(certificates: Buffer, target: string): Promise<readonly string[]> {
  await mkdir(target, { recursive: true });
  const written: string[] = [];
  for (const path of fileNames.map((name) => join(target, name))) {
    const present = await readFile(path).catch(() => undefined);
    if (present?.equals(certificates)) continue;
    await replaceFile(path, certificates, { mode: 0o644 });
    written.push(path);
  }
  return written;
}
