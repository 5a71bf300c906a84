import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Digest } from '../digest.ts';
import { ShortMemory } from '../short-memory.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { SliceCache } from './slice-cache.ts';

/** nginx finishes the slices it has in hand within this time after their answers ended. */
const settleMs = 1000;
const rememberMs = 3_600_000;

/**
 * Blobs whose download failed after some of its bytes were given out. Those bytes stand in nginx's slices, were never
 * verified, and must not be mixed with those of the next download.
 */
export class Quarantine {
  readonly #slices: SliceCache;
  readonly #clock: Clock;
  readonly #nonce = randomBytes(4).toString('hex');
  readonly #isolated = new Set<string>();
  readonly #failures: ShortMemory<number>;

  constructor(slices: SliceCache, clock: Clock) {
    this.#slices = slices;
    this.#clock = clock;
    this.#failures = new ShortMemory(clock);
  }

  /** @throws UpstreamError while the blob's slices are being removed. */
  check(repository: string, digest: Digest): void {
    if (!this.#isolated.has(keyOf(repository, digest))) return;
    throw new UpstreamError('failed', `${digest.text} is removed from the cache after a failed download`, {
      retryAfterSeconds: settleMs / 1000,
    });
  }

  /**
   * The entity tag of the blob's bytes: it changes with every failure and with every start of the fetcher, so that
   * nginx, which compares the tags of the slices it puts together, cuts a client that has slices of a download in
   * hand that failed, or of which nobody knows any more how it ended.
   */
  entityTag(repository: string, digest: Digest): string {
    const failures = this.#failures.get(keyOf(repository, digest)) ?? 0;
    return `"${digest.text};${this.#nonce}${failures === 0 ? '' : `.${failures}`}"`;
  }

  /** Removes the slices now, and again when the last request of the failed download is over. */
  async isolate(repository: string, digest: Digest, size: number, idle: Promise<void>): Promise<void> {
    const key = keyOf(repository, digest);
    this.#isolated.add(key);
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1, rememberMs);
    try {
      await this.#slices.remove(repository, digest, size);
      await idle;
      await this.#clock.sleep(settleMs);
      await this.#slices.remove(repository, digest, size);
    } finally {
      this.#isolated.delete(key);
    }
  }
}

function keyOf(repository: string, digest: Digest): string {
  return `${repository}|${digest.text}`;
}
