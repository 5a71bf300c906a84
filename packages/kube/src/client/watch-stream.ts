import type { KubernetesObject } from '../object.ts';
import { errorOfStatus } from './api-status.ts';
import { parseJSON } from './parse-json.ts';

/** One event of a watch. `bookmark` only says how far the server has come. */
export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

/**
 * Turns the bytes of a watch into events.
 *
 * @throws ApiError for an ERROR event (410 `Expired` or `Gone` when the resource version is too old); SyntaxError for a line that is no JSON
 */
export async function* watchEvents<T extends KubernetesObject>(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  for await (const line of lines(chunks)) yield parseEvent<T>(line);
}

/** Complete lines only: what follows the last newline was cut off in the middle of an event. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of others) {
      const line = parts.join('');
      parts = [next];
      if (line.trim() !== '') yield line;
    }
  }
}

function parseEvent<T extends KubernetesObject>(line: string): WatchEvent<T> {
  const { type, object } = parseJSON<{ readonly type: string; readonly object: T }>(line);
  switch (type) {
    case 'ADDED':
      return { type: 'added', object };
    case 'MODIFIED':
      return { type: 'modified', object };
    case 'DELETED':
      return { type: 'deleted', object };
    case 'BOOKMARK':
      return { type: 'bookmark', resourceVersion: object.metadata.resourceVersion ?? '' };
    default:
      throw errorOfStatus(object);
  }
}
