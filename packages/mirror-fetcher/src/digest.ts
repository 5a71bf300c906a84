import { createHash, type Hash } from 'node:crypto';

/** The name of some content: algorithm and hexadecimal hash of its bytes, as `sha256:<hex>`. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
  /** As it was written, and as it is used in paths and headers. */
  readonly text: string;
}

/** Undefined for anything that is not a digest we can verify. */
export function parseDigest(text: string): Digest | undefined {
  if (/^sha256:[a-f0-9]{64}$/.test(text)) return { algorithm: 'sha256', hex: text.slice(7), text };
  if (/^sha512:[a-f0-9]{128}$/.test(text)) return { algorithm: 'sha512', hex: text.slice(7), text };
  return undefined;
}

/** What the bytes must be fed to before `matches` can tell. */
export function hashFor(digest: Digest): Hash {
  return createHash(digest.algorithm);
}

export function matches(digest: Digest, bytes: Uint8Array): boolean {
  return hashFor(digest).update(bytes).digest('hex') === digest.hex;
}

/** The digest that names bytes nobody has named yet. */
export function sha256Of(bytes: Uint8Array): Digest {
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { algorithm: 'sha256', hex, text: `sha256:${hex}` };
}
