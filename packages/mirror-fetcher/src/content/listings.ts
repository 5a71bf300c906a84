import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { LabelledFiles } from '../store/labelled-files.ts';
import { keepNewest } from '../store/keep-newest.ts';
import type { StoreLayout } from '../store/store-layout.ts';
import { readAll } from '../upstream/read-all.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { FreshAnswers, Kept } from './fresh-answers.ts';
import { listingQuery } from './listing-query.ts';

const labelSchema = z.object({
  checkedAt: z.number(),
  /** The headers that belong to the body. */
  headers: z.record(z.string(), z.string()),
});

/** A page of tags, or the referrers of a manifest, as the upstream gave it. */
export interface Listing extends Kept {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Which listing is asked for. */
export interface ListingRequest {
  readonly kind: 'tags' | 'referrers';
  readonly repository: string;
  /** Below the repository: `tags/list`, or `referrers/<digest>`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

interface ListingsParts {
  readonly client: UpstreamClient;
  readonly answers: FreshAnswers<Listing>;
  readonly layout: StoreLayout;
  readonly files: LabelledFiles;
  readonly clock: Clock;
}

const maxListingBytes = 32 * 1024 * 1024;
/** What is kept of each kind for a repository: every page is another file, and clients choose where pages begin. */
const maxKept = 64;
const maxKeptBytes = 4 * 1024 * 1024;
/** Lists of tags and referrers, page by page, with the rules of freshness that tags have. */
export class Listings {
  readonly #parts: ListingsParts;

  constructor(parts: ListingsParts) {
    this.#parts = parts;
  }

  /** @throws UpstreamError when the upstream says no, or does not answer and nothing is kept. */
  async get(request: ListingRequest): Promise<{ value: Listing; cache: 'hit' | 'miss' | 'stale' }> {
    const { kind, repository } = request;
    const target = targetOf(request);
    const path = this.#parts.layout.answer(repository, kind, createHash('sha256').update(target).digest('hex'));
    return this.#parts.answers.get(`${repository}/${target}`, {
      load: async () => {
        const kept = await this.#parts.files.read(path, labelSchema);
        return kept && { ...kept.label, body: kept.body };
      },
      refresh: () => this.#refresh(kind, repository, target, path),
    });
  }

  async #refresh(kind: ListingRequest['kind'], repository: string, target: string, path: string): Promise<Listing> {
    const { client, clock, files } = this.#parts;
    const checkedAt = clock.now();
    const answer = await client.request({ kind, method: 'GET', repository, path: target });
    const body = await readAll(answer.body, maxListingBytes);
    if (!isJsonObject(body))
      throw new UpstreamError('failed', `${client.name} answered with something that is no list`);
    const headers: Record<string, string> = { 'Content-Type': answer.header('content-type') ?? 'application/json' };
    const link = answer.header('link');
    if (link !== undefined) headers.Link = relativeLink(link);
    const filters = answer.header('oci-filters-applied');
    if (filters !== undefined) headers['OCI-Filters-Applied'] = filters;
    if (body.length <= maxKeptBytes) {
      await files.write(path, { label: { checkedAt, headers }, body });
      await keepNewest(dirname(path), `${kind}:`, maxKept);
    }
    return { checkedAt, headers, body };
  }
}

/** A Link header without scheme and host: clients must come back to the mirror for the next page. */
export function relativeLink(link: string): string {
  return link.replaceAll(/<(?:https?:)?\/\/[^/>]*/gi, '<');
}

function targetOf({ path, query }: ListingRequest): string {
  const kept = listingQuery(query) ?? new URLSearchParams();
  return kept.size === 0 ? path : `${path}?${kept.toString()}`;
}

function isJsonObject(body: Buffer): boolean {
  try {
    return z.looseObject({}).safeParse(JSON.parse(body.toString())).success;
  } catch {
    return false;
  }
}
