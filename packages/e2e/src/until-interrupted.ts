import type { Progress } from '@entrepot/control-plane';

/** A signal that follows SIGINT and SIGTERM, which from then on do not end the process: its owner takes away what it has started. */
export function untilInterrupted(onProgress: Progress): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      onProgress('ending: what this run has started is taken away …');
      interruption.abort(new Error(`ended early by ${signal}`));
    });
  }
  return interruption.signal;
}
