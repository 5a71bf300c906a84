import type { ServerResponse } from 'node:http';
import { status } from './reply.ts';

/** Called once with a watch that is open; the function returned gets every further piece that the API server sends on it. */
export type Harm = (watch: ServerResponse) => (chunk: Buffer) => void;

/** What networks and API servers do to watches that are open. */
export const harm = {
  /** The server ends the stream, in good order. */
  ended: (): Harm => (watch) => {
    watch.end();
    return nothing;
  },

  /** 410, as an event: what the watch is to carry on from is not kept any more. */
  expired: (): Harm => (watch) => {
    watch.end(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') })}\n`);
    return nothing;
  },

  /** Half of the next event, then a reset of the connection. */
  resetInMidLine: (): Harm => (watch) => (chunk) => {
    watch.write(firstHalf(chunk), () => watch.socket?.resetAndDestroy());
  },

  /** Half of the next event as if it were a whole line, then the end of the stream. */
  truncatedLine: (): Harm => (watch) => (chunk) => {
    watch.end(Buffer.concat([firstHalf(chunk), Buffer.from('\n')]));
  },
} as const;

function nothing(): void {}

function firstHalf(chunk: Buffer): Buffer {
  return chunk.subarray(0, Math.floor(chunk.length / 2));
}
