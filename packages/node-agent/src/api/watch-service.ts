import { json } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { ApiError, apiGet } from './api-request.ts';
import type { Connection } from './connection.ts';
import { namesInCertificate } from './server-names.ts';
import { field, parseService, text, type Service } from './service.ts';

export interface ServiceKey {
  readonly namespace: string;
  readonly name: string;
}

/** What the API server said: first what is there (`LISTED`, without a Service when there is none), then every change of it. */
export interface ServiceEvent {
  readonly type: string;
  readonly service: Service | undefined;
  /** The DNS names in the API server's certificate. */
  readonly serverNames: readonly string[];
}

const listTimeoutMs = 30_000;
/** Bookmarks come about once a minute, so a connection that is silent for longer than this is dead. */
const watchIdleMs = 180_000;

/**
 * Lists and then watches one Service, with a field selector, so that other Services cost nothing.
 * Ends when the API server ends the watch, which it does after some half an hour.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 *
 * @throws ApiError when the API server refuses or reports an error, 410 included; the network's errors as they are
 */
export async function* watchService(
  connection: Connection,
  { namespace, name }: ServiceKey,
  signal: AbortSignal,
): AsyncGenerator<ServiceEvent, void, undefined> {
  const path = `/api/v1/namespaces/${namespace}/services`;
  const selection = { fieldSelector: `metadata.name=${name}` };

  const answer = await apiGet(connection, path, selection, listTimeoutMs, signal);
  const serverNames = namesInCertificate(answer.socket);
  const list: unknown = await json(answer);
  const items = field(list, 'items');
  const found: unknown = Array.isArray(items) ? items[0] : undefined;
  yield { type: 'LISTED', service: found === undefined ? undefined : parseService(found), serverNames };

  const resourceVersion = text(field(field(list, 'metadata'), 'resourceVersion'));
  const watch = { ...selection, watch: 'true', allowWatchBookmarks: 'true', resourceVersion };
  const stream = await apiGet(connection, path, watch, watchIdleMs, signal);
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      const event: unknown = JSON.parse(line);
      const [type, object] = [text(field(event, 'type')), field(event, 'object')];
      if (type === 'ERROR') throw new ApiError(Number(field(object, 'code')), text(field(object, 'message')));
      if (type !== 'BOOKMARK') yield { type, service: parseService(object), serverNames };
    }
    // readline ends quietly when its input breaks.
    if (stream.errored) throw stream.errored;
  } finally {
    stream.destroy();
  }
}
