import { systemClock, type Clock } from '../clock.ts';
import { ApiError, isNotFound } from '../errors.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { keyOf, kindOf, type GroupVersionKind, type KubernetesObject, type ObjectKey } from '../object.ts';
import type { Metrics } from '../observe/metrics.ts';
import { errorOfResponse } from './api-status.ts';
import { parseJSON } from './parse-json.ts';
import type { ClusterConnection } from './connection.ts';
import type {
  ApplyOptions,
  CreateOptions,
  DeleteOptions,
  ObjectList,
  PatchOptions,
  RequestOptions,
  Selection,
  WatchOptions,
} from './request-options.ts';
import { ResourceCatalog, resourcePath, type ApiResource } from './resource-catalog.ts';
import { firstValue, pathWithQuery } from './request-path.ts';
import { withRetries } from './retry.ts';
import { Transport, type TransportResponse } from './transport.ts';
import { watchEvents, type WatchEvent } from './watch-stream.ts';

export interface KubeClientOptions {
  readonly logger?: Logger | undefined;
  readonly userAgent?: string | undefined;
  readonly metrics?: Metrics | undefined;
  readonly clock?: Clock | undefined;
  /** How long a request may see no byte of its answer. Default: a little more than the minute that the API server gives itself. */
  readonly requestInactivityMs?: number | undefined;
  /** Requests beyond it wait. Default: no limit; every watch takes one. */
  readonly maxConnections?: number | undefined;
  /** How long a watch may be silent. Default: more than two bookmarks, which the API server sends about once a minute. */
  readonly watchInactivityMs?: number | undefined;
}

const pageSize = 500;

/**
 * Talks to one API server in raw JSON: nothing is dropped, renamed or turned into a class.
 * Every method throws {@link ApiError} for what the server refuses, and the transport's error where there is no answer.
 *
 * @example
 * const client = new KubeClient(await loadConnection());
 * const pods = await client.list({ group: '', version: 'v1', kind: 'Pod' }, { namespace: 'default' });
 */
export class KubeClient {
  readonly #transport: Transport;
  readonly #catalog: ResourceCatalog;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #metrics: Metrics | undefined;
  readonly #userAgent: string;
  readonly #requestInactivityMs: number;
  readonly #watchInactivityMs: number;

  constructor(connection: ClusterConnection, options: KubeClientOptions = {}) {
    this.#transport = new Transport(connection, options.maxConnections);
    this.#catalog = new ResourceCatalog(async (path, signal) => this.request('GET', path, { signal }));
    this.#logger = options.logger ?? silentLogger;
    this.#clock = options.clock ?? systemClock;
    this.#metrics = options.metrics;
    this.#userAgent = options.userAgent ?? 'entrepot';
    this.#requestInactivityMs = options.requestInactivityMs ?? 65_000;
    this.#watchInactivityMs = options.watchInactivityMs ?? 150_000;
  }

  /** One object, or undefined when there is none of that name. @throws ApiError 404 `NoSuchKind` when the kind is unknown */
  async get<T extends KubernetesObject>(
    kind: GroupVersionKind,
    key: ObjectKey,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    return absentAsUndefined(this.#onObject<T>('GET', kind, key, { signal }));
  }

  /** All objects of a kind, read in pages; consistent as of the resource version returned. */
  async list<T extends KubernetesObject>(
    kind: GroupVersionKind,
    selection: Selection = {},
    signal?: AbortSignal,
  ): Promise<ObjectList<T>> {
    const { namespace, ...selectors } = selection;
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const query = { ...selectors, limit: pageSize, continue: next };
      const page = await this.#onObject<ListPage<T>>(
        'GET',
        kind,
        { ...(namespace !== undefined && { namespace }) },
        { query, signal },
      );
      // Items of a list do not say what they are.
      const { apiVersion } = page;
      for (const item of page.items) items.push({ ...item, apiVersion, kind: kind.kind });
      next = page.metadata.continue;
      if (next === undefined || next === '') return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  /** Creates an object. @throws ApiError 409 `AlreadyExists` */
  async create<T extends KubernetesObject>(object: T, options: CreateOptions = {}, signal?: AbortSignal): Promise<T> {
    const { namespace } = object.metadata;
    const { fieldManager, isStrict } = options;
    const query = { fieldManager, ...(isStrict === true && { fieldValidation: 'Strict' }) };
    const collection = namespace === undefined ? {} : { namespace };
    return this.#onObject<T>('POST', kindOf(object), collection, { query, body: object, signal });
  }

  /** Replaces an object as it was read. @throws ApiError 409 when it changed since; TypeError without a resourceVersion */
  async update<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    if (object.metadata.resourceVersion === undefined) {
      throw new TypeError(
        'update() needs an object with its resourceVersion: without it, it would undo changes of others',
      );
    }
    return this.#onObject<T>('PUT', kindOf(object), keyOf(object), { body: object, signal });
  }

  /** Server-side apply: the fields given become the field manager's, those it gave before and does not now are removed. */
  async apply<T extends KubernetesObject>(
    object: KubernetesObject,
    options: ApplyOptions,
    signal?: AbortSignal,
  ): Promise<T> {
    const { fieldManager, force, subresource, dryRun } = options;
    const query = { fieldManager, force, ...(dryRun === true && { dryRun: 'All' }) };
    const contentType = 'application/apply-patch+yaml';
    return this.#onObject<T>(
      'PATCH',
      kindOf(object),
      keyOf(object),
      { query, body: object, contentType, signal },
      subresource,
    );
  }

  /** A JSON merge patch (RFC 7396) or JSON patch (RFC 6902); put the resourceVersion or a `test` into it to guard it. */
  async patch<T extends KubernetesObject>(
    kind: GroupVersionKind,
    key: ObjectKey,
    patch: unknown,
    options: PatchOptions,
    signal?: AbortSignal,
  ): Promise<T> {
    const contentType = options.type === 'merge' ? 'application/merge-patch+json' : 'application/json-patch+json';
    const query = { fieldManager: options.fieldManager };
    return this.#onObject<T>('PATCH', kind, key, { query, body: patch, contentType, signal }, options.subresource);
  }

  /** Asks for an object's deletion; false when there is none. @throws ApiError 409 when it is not the one of the given uid or version */
  async delete(
    kind: GroupVersionKind,
    key: ObjectKey,
    options: DeleteOptions = {},
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { propagation: propagationPolicy, dryRun, ...preconditions } = options;
    const onTrial = dryRun === true && { dryRun: ['All'] };
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy, preconditions, ...onTrial };
    const answer = await absentAsUndefined(this.#onObject<object>('DELETE', kind, key, { body, signal }));
    return answer !== undefined;
  }

  /**
   * Resolves, when the server has agreed, with the changes after `resourceVersion`: until the server ends the stream (`timeoutSeconds`),
   * the signal is aborted, or the stream falls silent. Whoever does not read them to the end must abort the signal.
   *
   * @throws ApiError, with status 410 when the resource version is too old: list again
   */
  async watch<T extends KubernetesObject>(
    kind: GroupVersionKind,
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<AsyncIterable<WatchEvent<T>>> {
    const { namespace, ...query } = options;
    const resource = await this.#catalog.resource(kind, signal);
    const path = resourcePath(kind, resource, { ...(namespace !== undefined && { namespace }) });
    const response = await this.#send(
      'GET',
      pathWithQuery(path, { ...query, watch: true, allowWatchBookmarks: true }),
      {
        signal,
        inactivityMs: this.#watchInactivityMs,
      },
    );
    if (response.statusCode >= 400) throw await this.#ifKindIsGone(kind, await this.#errorOf(response), signal);
    return watchEvents<T>(response.body);
  }

  /** How the server serves a kind; remembered, and asked again while it does not know it. @throws ApiError 404 `NoSuchKind` */
  async resource(kind: GroupVersionKind, signal?: AbortSignal): Promise<ApiResource> {
    return this.#catalog.resource(kind, signal);
  }

  /** Any request, for what has no method here. The body is sent as JSON, the answer parsed as such; what it holds is the caller's word. */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const target = pathWithQuery(path, options.query ?? {});
    return withRetries(method, this.#clock, options.signal, async () => {
      const response = await this.#send(method, target, options);
      if (response.statusCode >= 400) throw await this.#errorOf(response);
      return parseJSON<T>(await response.body.text());
    });
  }

  /** Ends all connections, watches included. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #onObject<T>(
    method: string,
    kind: GroupVersionKind,
    key: Partial<ObjectKey>,
    options: RequestOptions,
    subresource?: string,
  ): Promise<T> {
    const resource = await this.#catalog.resource(kind, options.signal);
    const path = resourcePath(kind, resource, key) + (subresource === undefined ? '' : `/${subresource}`);
    try {
      return await this.request<T>(method, path, options);
    } catch (error) {
      throw await this.#ifKindIsGone(kind, error, options.signal);
    }
  }

  /** A 404 that is no `Status` is the API server's where the kind was uninstalled, or that of a proxy: the catalog finds out. */
  async #ifKindIsGone(kind: GroupVersionKind, error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (!(error instanceof ApiError) || error.status !== 404 || error.reason !== 'Unknown') return error;
    this.#catalog.forget(kind);
    return this.#catalog.resource(kind, signal).then(
      () => error,
      (failure: unknown) => failure,
    );
  }

  async #send(
    method: string,
    path: string,
    options: Omit<RequestOptions, 'query'> & { readonly inactivityMs?: number },
  ): Promise<TransportResponse> {
    const { body, contentType = 'application/json', signal } = options;
    const answerMs = this.#requestInactivityMs;
    const { inactivityMs = answerMs } = options;
    const headers = {
      accept: 'application/json',
      'user-agent': this.#userAgent,
      ...(body !== undefined && { 'content-type': contentType }),
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.#transport.send({ method, path, headers, body: text, answerMs, inactivityMs, signal });
    this.#logger.debug({ method, path, status: response.statusCode }, 'request');
    this.#metrics?.requests.inc({ method, code: String(response.statusCode) });
    return response;
  }

  async #errorOf({ statusCode, body, headers }: TransportResponse): Promise<ApiError> {
    return errorOfResponse(statusCode, await body.text(), firstValue(headers['retry-after']), this.#clock.now());
  }
}

interface ListPage<T> {
  readonly apiVersion: string;
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

async function absentAsUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error) && error instanceof ApiError && error.reason === 'NotFound') return undefined;
    throw error;
  }
}
