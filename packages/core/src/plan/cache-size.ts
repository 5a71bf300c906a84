import { parseQuantity } from '../api/quantity.ts';

const minimumBytes = 64 * 2 ** 20;

/**
 * How much a cache may hold: 80 % of the volume, so that blobs on their way in, which are not counted yet, find room.
 * A volume too small for any image still gets a cache that can hold a few layers; its driver may give more than asked.
 */
export function cacheSizeBytes(storage: string | number): number {
  const volume = parseQuantity(storage) ?? 0;
  return Math.max(minimumBytes, Math.floor(volume * 0.8));
}
