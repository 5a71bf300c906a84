import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { KubeClient, type ClusterConnection, type KubeClientOptions } from '../../src/index.ts';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** The lists and watches of ConfigMaps in the order in which they come, on a real socket, each answered by the script. */
export class ScriptedApi {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #lists: Answer[];
  readonly #watches: Answer[];
  /** `list` or `watch <resourceVersion>`, as they came. */
  readonly requests: string[] = [];

  /** The last answer of each kind is repeated. */
  constructor(script: { readonly lists: readonly Answer[]; readonly watches: readonly Answer[] }) {
    this.#lists = [...script.lists];
    this.#watches = [...script.watches];
  }

  async client(options: KubeClientOptions = {}): Promise<KubeClient> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const connection: ClusterConnection = {
      server: `http://127.0.0.1:${port}`,
      namespace: undefined,
      credentials: async () => ({ headers: {}, tls: {}, proxy: undefined }),
    };
    return new KubeClient(connection, options);
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://api');
    if (url.pathname === '/api/v1') {
      const resources = [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['list', 'watch'] }];
      json({ kind: 'APIResourceList', resources })(response, request);
      return;
    }
    const isWatch = url.searchParams.get('watch') === 'true';
    this.requests.push(isWatch ? `watch ${url.searchParams.get('resourceVersion')}` : 'list');
    const answers = isWatch ? this.#watches : this.#lists;
    const [next] = answers;
    if (answers.length > 1) answers.shift();
    next?.(response, request);
  }
}

/** An answer of JSON, whole. */
export function json(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A list of ConfigMaps at a resource version, given as `name/uid/version`. */
export function list(resourceVersion: string, ...objects: readonly string[]): Answer {
  return json({ apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion }, items: objects.map(named) });
}

/** Events of a watch; the stream stays open afterwards. */
export function stream(...events: readonly object[]): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  };
}

export const added = (object: string) => ({ type: 'ADDED', object: named(object) });
export const modified = (object: string) => ({ type: 'MODIFIED', object: named(object) });
export const deleted = (object: string) => ({ type: 'DELETED', object: named(object) });
export const bookmark = (resourceVersion: string) => ({
  type: 'BOOKMARK',
  object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion } },
});
export const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

function named(object: string) {
  const [name = '', uid = '', resourceVersion = ''] = object.split('/');
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name, uid, resourceVersion } };
}
