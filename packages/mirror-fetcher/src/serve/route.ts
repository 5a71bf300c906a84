import { listingQuery } from '../content/listing-query.ts';
import { parseDigest, type Digest } from '../digest.ts';

/** A request as far as its path tells. */
export type Route =
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'manifest'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'tag'; readonly repository: string; readonly tag: string }
  | ({ readonly kind: 'tags' | 'referrers' } & ListingRoute)
  | { readonly kind: 'health' | 'metrics' | 'nothing' }
  /** A path of the API with a part that cannot be right. */
  | {
      readonly kind: 'invalid';
      readonly code: 'NAME_INVALID' | 'DIGEST_INVALID' | 'MANIFEST_INVALID' | 'PAGINATION_NUMBER_INVALID';
    };

interface ListingRoute {
  readonly repository: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests; no part can leave its folder.
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const apiPattern = /^\/v2\/(?<repository>.+?)\/(?:(?<kind>blobs|manifests|referrers)\/(?<reference>[^/]+)|tags\/list)$/;
const maxRepositoryLength = 255;

/** What a request asks for. */
export function parseRoute(target: string): Route {
  if (!URL.canParse(target, 'http://fetcher')) return { kind: 'nothing' };
  const { pathname, searchParams: query } = new URL(target, 'http://fetcher');
  if (pathname === '/healthz') return { kind: 'health' };
  if (pathname === '/metrics') return { kind: 'metrics' };
  const groups = apiPattern.exec(pathname)?.groups;
  if (groups === undefined) return { kind: 'nothing' };
  const { repository = '', kind, reference = '' } = groups;
  if (repository.length > maxRepositoryLength || !repositoryPattern.test(repository))
    return { kind: 'invalid', code: 'NAME_INVALID' };
  // The code is distribution's, which has none for the other parameters.
  if ((kind === undefined || kind === 'referrers') && listingQuery(query) === undefined)
    return { kind: 'invalid', code: 'PAGINATION_NUMBER_INVALID' };
  if (kind === undefined) return { kind: 'tags', repository, path: 'tags/list', query };
  const digest = parseDigest(decoded(reference));
  if (kind === 'manifests' && digest === undefined)
    return tagPattern.test(reference)
      ? { kind: 'tag', repository, tag: reference }
      : { kind: 'invalid', code: 'MANIFEST_INVALID' };
  if (digest === undefined) return { kind: 'invalid', code: 'DIGEST_INVALID' };
  if (kind === 'referrers') return { kind: 'referrers', repository, path: `referrers/${digest.text}`, query };
  return { kind: kind === 'blobs' ? 'blob' : 'manifest', repository, digest };
}

// Some clients write the colon of a digest as %3A.
function decoded(reference: string): string {
  return reference.replaceAll(/%3a/gi, ':');
}
