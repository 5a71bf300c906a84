import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../digest.ts';

/** nginx's cache of slices as its configuration describes it. */
export interface SliceCacheLayout {
  readonly path: string;
  readonly levels: readonly number[];
  readonly sizeBytes: number;
}

/**
 * Where nginx keeps the slice that begins at `offset`: a file named by the md5 of the key
 * `<repository>|<digest>|bytes=<first>-<last>`, in folders taken from the end of that name
 * (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_path).
 */
export function sliceFile(
  { path, levels, sizeBytes }: SliceCacheLayout,
  repository: string,
  digest: Digest,
  offset: number,
): string {
  const key = `${repository}|${digest.text}|bytes=${offset}-${offset + sizeBytes - 1}`;
  const name = createHash('md5').update(key).digest('hex');
  const folders: string[] = [];
  let end = name.length;
  for (const level of levels) folders.push(name.slice(end - level, (end -= level) + level));
  return join(path, ...folders, name);
}

/** Takes slices out of nginx's cache; nginx treats a file that is gone as a miss. */
export class SliceCache {
  readonly #layout: SliceCacheLayout;

  constructor(layout: SliceCacheLayout) {
    this.#layout = layout;
  }

  /** Removes all slices a blob of this size can have. */
  async remove(repository: string, digest: Digest, blobSize: number): Promise<void> {
    for (let offset = 0; offset <= blobSize; offset += this.#layout.sizeBytes)
      await rm(sliceFile(this.#layout, repository, digest, offset), { force: true });
  }

  /** Removes all slices: after a crash nobody knows which of them belong to downloads that were never verified. */
  async clear(): Promise<void> {
    const entries = await readdir(this.#layout.path, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isFile() && /^[0-9a-f]{32}$/.test(entry.name))
        await rm(join(entry.parentPath, entry.name), { force: true });
  }
}
