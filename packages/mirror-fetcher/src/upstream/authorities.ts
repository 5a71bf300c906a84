import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import type { Log } from '../log.ts';
import { UpstreamError } from './upstream-error.ts';

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The authorities an upstream's certificate may come from: the public ones, and those of a file that may change at any time. */
export class Authorities {
  readonly #file: string;
  readonly #log: Log;
  /** What the file was when it was read last. */
  #version: string | undefined;
  #certificates: readonly string[] | undefined;
  #problem: string | undefined;

  constructor(file: string, log: Log) {
    this.#file = file;
    this.#log = log;
  }

  /**
   * All trusted certificates, as the file says now. The same array as long as nothing changes.
   *
   * @throws UpstreamError when the file cannot be used, and never could.
   */
  async current(): Promise<readonly string[]> {
    try {
      const { ino, mtimeMs, size } = await stat(this.#file);
      const version = `${ino} ${mtimeMs} ${size}`;
      if (version !== this.#version) {
        const own = certificatesIn(await readFile(this.#file, 'utf8'));
        this.#certificates = [...getCACertificates('default'), ...own];
        this.#version = version;
      }
      this.#problem = undefined;
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
    if (this.#certificates !== undefined) return this.#certificates;
    throw new UpstreamError('failed', `the CA file ${this.#file} cannot be used: ${this.#problem}`);
  }

  /** Once for each problem, not for each request. */
  #complain(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const fields = { caFile: this.#file, error: problem };
    if (this.#certificates === undefined) this.#log.error(fields, 'the CA file cannot be used');
    else this.#log.warn(fields, 'the CA file cannot be used any more, what it said before goes on being trusted');
  }
}

function certificatesIn(text: string): readonly string[] {
  const found = text.match(pemCertificate) ?? [];
  if (found.length === 0) throw new Error('there is no certificate in it');
  for (const [index, pem] of found.entries())
    if (!isCertificate(pem)) throw new Error(`certificate ${index + 1} in it cannot be read`);
  return found;
}

// TLS would leave out what it cannot read without a word.
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
