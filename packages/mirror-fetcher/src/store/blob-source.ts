/** Bytes of a blob of known size that can be read in pieces, perhaps while they are still arriving. */
export interface BlobSource {
  readonly size: number;
  /** What the answer's X-Entrepot-Cache says. */
  readonly cache: 'hit' | 'miss';
  /** Resolves when the bytes are known to match the digest; fails with the reason when they never will. */
  readonly verified: Promise<void>;
  /**
   * Bytes `from` to `to`, both included, in pieces that are each valid until the next one is asked for. The blob's last
   * byte comes only after `verified`.
   */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
}
