import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

interface EvictionParts {
  /** Folders of content; an entry's names in earlier ones are removed first. */
  readonly folders: readonly string[];
  readonly maxSizeBytes: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface StoredFile {
  readonly size: number;
  readonly usedAt: number;
  /** All its hard links. */
  readonly paths: string[];
}

/** Share of the maximum that is left after an eviction, so that not every new blob causes one. */
const lowWatermark = 0.9;

/**
 * Keeps the store below its maximum: what was used longest ago goes.
 * The time of last use is the file's atime, which nginx sets by reading; with `relatime` it is a day exact.
 */
export class Eviction {
  readonly #parts: EvictionParts;
  #usedBytes = 0;
  /** What came while a sweep was counting: it may have seen it or not. */
  #addedBytes = 0;
  #running: Promise<number> | undefined;

  constructor(parts: EvictionParts) {
    this.#parts = parts;
  }

  /** Content was added; evicts in the background when that was too much. */
  added(bytes: number): void {
    this.#addedBytes += bytes;
    this.#setUsed(this.#usedBytes + bytes);
    this.#keepBelowMaximum();
  }

  /** Counts what is there, and evicts if it is too much. */
  async run(): Promise<void> {
    const { maxSizeBytes } = this.#parts;
    await this.#sweepTo((found) => (found > maxSizeBytes ? maxSizeBytes * lowWatermark : found));
    this.#keepBelowMaximum();
  }

  /** The disk is full, whatever the maximum is: evicts so much, and a tenth of the store more. False when nothing is left. */
  async makeRoom(bytes: number): Promise<boolean> {
    await this.#running;
    this.#parts.log.warn({ storeBytes: this.#usedBytes }, 'the volume is full');
    return (await this.#sweepTo((found) => found * lowWatermark - bytes)) > 0;
  }

  #keepBelowMaximum(): void {
    if (this.#usedBytes > this.#parts.maxSizeBytes && this.#running === undefined) void this.run();
  }

  /** One sweep at a time: who comes later gets its result. */
  #sweepTo(targetOf: (found: number) => number): Promise<number> {
    this.#running ??= this.#sweep(targetOf)
      .catch((error: unknown) => {
        this.#parts.log.error({ error: String(error) }, 'cannot evict');
        return 0;
      })
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Brings the store down to the target for what is found. Returns how much was evicted. */
  async #sweep(targetOf: (found: number) => number): Promise<number> {
    this.#addedBytes = 0;
    const files = [...(await filesIn(this.#parts.folders))].sort((a, b) => a.usedAt - b.usedAt);
    const found = files.reduce((sum, { size }) => sum + size, 0);
    let left = found;
    for (const { size, paths } of files) {
      if (left <= targetOf(found)) break;
      for (const path of paths) await this.#remove(path);
      left -= size;
    }
    this.#setUsed(left + this.#addedBytes);
    const evicted = found - left;
    if (evicted === 0) return 0;
    this.#parts.metrics.add('entrepot_fetcher_evicted_bytes_total', {}, evicted);
    this.#parts.log.info({ evictedBytes: evicted, storeBytes: left }, 'evicted what was used longest ago');
    return evicted;
  }

  /** Removes a file, and the folders that are empty without it. */
  async #remove(path: string): Promise<void> {
    await rm(path, { force: true });
    for (let folder = dirname(path); !this.#parts.folders.includes(folder); folder = dirname(folder)) {
      // Not empty is the usual case, and as good as anything else that goes wrong: the next eviction tries again.
      const isRemoved = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!isRemoved) return;
    }
  }

  #setUsed(bytes: number): void {
    this.#usedBytes = bytes;
    this.#parts.metrics.set('entrepot_fetcher_store_bytes', bytes);
  }
}

async function filesIn(folders: readonly string[]): Promise<Iterable<StoredFile>> {
  const byInode = new Map<number, StoredFile>();
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((entry) => entry.isFile())) {
      const path = join(entry.parentPath, entry.name);
      // Gone meanwhile is as good as not there.
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) continue;
      const file = byInode.get(found.ino) ?? { size: found.size, usedAt: found.atimeMs, paths: [] };
      file.paths.push(path);
      byInode.set(found.ino, file);
    }
  }
  return byInode.values();
}
