import type { TemplateInput } from '@entrepot/core';
import type { NginxOptions } from './options.ts';

const mebibyte = 2 ** 20;

/** The short-lived cache of pieces of blobs under way: written by nginx, swept by the fetcher, so both must see it alike. */
export interface Slices {
  readonly path: string;
  /** Lengths of the folder names above a file, taken from the end of its name. */
  readonly levels: readonly [1, 2];
  readonly sizeBytes: number;
  readonly maxMiB: number;
  /** Free space on the volume below which pieces go, however few there are: the store needs it more. */
  readonly minFreeMiB: number;
}

/** Its room is a tenth of the store's, out of the space that the store's limit leaves free; an evicted piece is asked for again. */
export function slices({ cache, layout }: TemplateInput, options: NginxOptions): Slices {
  return {
    path: `${layout.store}/slices`,
    levels: [1, 2],
    sizeBytes: options.sliceSizeMiB * mebibyte,
    maxMiB: Math.max(64, Math.floor(cache.maxSizeBytes / 10 / mebibyte)),
    minFreeMiB: Math.max(32, Math.floor(cache.maxSizeBytes / 50 / mebibyte)),
  };
}
