import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
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
  #running: Promise<void> | undefined;

  constructor(parts: EvictionParts) {
    this.#parts = parts;
  }

  /** Content was added; evicts in the background when that was too much. */
  added(bytes: number): void {
    this.#setUsed(this.#usedBytes + bytes);
    if (this.#usedBytes > this.#parts.maxSizeBytes) void this.run();
  }

  /** Counts what is there, and evicts if it is too much. */
  run(): Promise<void> {
    this.#running ??= this.#sweep()
      .catch((error: unknown) => this.#parts.log.error({ error: String(error) }, 'cannot evict'))
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #sweep(): Promise<void> {
    const files = [...(await filesIn(this.#parts.folders))].sort((a, b) => a.usedAt - b.usedAt);
    const found = files.reduce((sum, { size }) => sum + size, 0);
    let left = found;
    for (const { size, paths } of found > this.#parts.maxSizeBytes ? files : []) {
      if (left <= this.#parts.maxSizeBytes * lowWatermark) break;
      for (const path of paths) await rm(path, { force: true });
      left -= size;
    }
    this.#setUsed(left);
    if (left === found) return;
    this.#parts.metrics.add('entrepot_fetcher_evicted_bytes_total', {}, found - left);
    this.#parts.log.info({ evictedBytes: found - left, storeBytes: left }, 'evicted what was used longest ago');
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
