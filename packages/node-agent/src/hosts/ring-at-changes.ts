import { watch } from 'node:fs';
import type { Doorbell } from '../doorbell.ts';

/**
 * Rings when anybody writes to a file, until the signal aborts. It only makes a look at the file come sooner: where the
 * system watches no more files for this user, or once the file is another one, the next look finds what changed.
 */
export function ringAtChanges(file: string, bell: Doorbell, signal: AbortSignal): void {
  try {
    watch(file, { signal, persistent: false }, () => bell.ring()).on('error', () => {});
  } catch {
    // As said above.
  }
}
