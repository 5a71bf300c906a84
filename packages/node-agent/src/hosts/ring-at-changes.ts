import { watch } from 'node:fs';
import type { Doorbell } from '../doorbell.ts';

/** Whoever else writes whenever the file changes must not make two agents write without a pause. */
const shortestPauseMs = 1000;

/**
 * Rings when anybody writes to a file, at most once a second, until the signal aborts. It only makes a look at the file come
 * sooner: where the system watches no more files for this user, or once the file is another one, the next look finds what
 * changed.
 */
export function ringAtChanges(file: string, bell: Doorbell, signal: AbortSignal): void {
  let lastMs = -Infinity;
  let isDue = false;
  const changed = (): void => {
    if (isDue) return;
    isDue = true;
    const ring = (): void => {
      isDue = false;
      lastMs = performance.now();
      bell.ring();
    };
    setTimeout(ring, Math.max(0, lastMs + shortestPauseMs - performance.now())).unref();
  };
  try {
    watch(file, { signal, persistent: false }, changed).on('error', () => {});
  } catch {
    // As said above.
  }
}
