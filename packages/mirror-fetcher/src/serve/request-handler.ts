import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Listings } from '../content/listings.ts';
import type { Manifest, Manifests } from '../content/manifests.ts';
import type { Tags } from '../content/tags.ts';
import type { Blobs } from '../fill/blobs.ts';
import type { Quarantine } from '../fill/quarantine.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { blobHeaders, sendBlob } from './blob-reply.ts';
import { ociError } from './oci-error.ts';
import { cacheHeaders, errorReply, sendReply, type Reply } from './reply.ts';
import { parseRoute, type Route } from './route.ts';

interface HandlerParts {
  readonly blobs: Blobs;
  readonly quarantine: Quarantine;
  readonly manifests: Manifests;
  readonly tags: Tags;
  readonly listings: Listings;
  readonly metrics: Metrics;
  readonly log: Log;
}

type CacheState = 'hit' | 'miss' | 'stale';
type BlobRoute = Route & { readonly kind: 'blob' };

/** Answers requests of the pull part of the distribution API, and about the fetcher itself. */
export class RequestHandler {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  /** Never fails: what goes wrong is told to the client, or cuts it when it was given something already. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = parseRoute(request.url ?? '/');
    try {
      if (route.kind === 'blob' && isReading(request)) await this.#blob(request, response, route);
      else sendReply(request, response, await this.#reply(request, route));
    } catch (error) {
      const reply = errorReply(ociError(error, route.kind));
      if (reply.status >= 500)
        this.#parts.log.error({ path: pathOf(request), status: reply.status, error: String(error) }, 'request failed');
      if (response.headersSent) response.destroy();
      else sendReply(request, response, reply);
    }
  }

  async #blob(request: IncomingMessage, response: ServerResponse, { repository, digest }: BlobRoute): Promise<void> {
    const { blobs, quarantine } = this.#parts;
    if (request.method === 'GET') {
      const blob = await blobs.obtain(repository, digest);
      const headers = blobHeaders(digest, quarantine.entityTag(repository, digest), blob.cache);
      await sendBlob(request, response, blob, headers);
      return;
    }
    const { size, cache } = await blobs.describe(repository, digest);
    const headers = blobHeaders(digest, `"${digest.text}"`, cache);
    response.writeHead(200, size === undefined ? headers : { ...headers, 'Content-Length': String(size) }).end();
  }

  async #reply(request: IncomingMessage, route: Route): Promise<Reply> {
    if (!isReading(request)) return plainError(405, 'UNSUPPORTED', 'this mirror is read-only');
    if (route.kind === 'tag') {
      const { value, cache } = await this.#parts.tags.resolve(route.repository, route.tag);
      return this.#manifestReply(value.manifest, cache);
    }
    if (route.kind === 'manifest') {
      const { manifests } = this.#parts;
      const stored = await manifests.stored(route.repository, route.digest);
      if (stored !== undefined) return this.#manifestReply(stored, 'hit');
      return this.#manifestReply(await manifests.fetch(route.repository, route.digest.text), 'miss');
    }
    if (route.kind === 'tags' || route.kind === 'referrers') {
      const { value, cache } = await this.#parts.listings.get(route);
      return { status: 200, headers: { ...value.headers, ...this.#counted(route.kind, cache) }, body: value.body };
    }
    if (route.kind === 'health') return plain('ok\n');
    if (route.kind === 'metrics') return plain(this.#parts.metrics.text());
    if (route.kind === 'invalid') return plainError(400, route.code, 'the path is not a valid one of this API');
    return plainError(404, 'UNSUPPORTED', 'no such path');
  }

  #manifestReply({ digest, mediaType, bytes }: Manifest, cache: CacheState): Reply {
    const headers = { 'Content-Type': mediaType, 'Docker-Content-Digest': digest.text, ETag: `"${digest.text}"` };
    return { status: 200, headers: { ...headers, ...this.#counted('manifest', cache) }, body: bytes };
  }

  #counted(kind: string, cache: CacheState): Record<string, string> {
    if (cache === 'stale') this.#parts.metrics.add('entrepot_fetcher_stale_answers_total', { kind });
    return cacheHeaders(cache);
  }
}

function isReading({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function plain(text: string): Reply {
  return { status: 200, headers: { 'Content-Type': 'text/plain; version=0.0.4' }, body: Buffer.from(text) };
}

function plainError(status: number, code: string, message: string): Reply {
  return errorReply({ status, code, message });
}

// Without the query: nothing secret comes in by it, and nothing of use either.
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}
