import type { IncomingMessage } from 'node:http';
import { errorAnswer, jsonAnswer, type Answer } from './answer.ts';
import type { RepositoryContents } from './repository-contents.ts';
import type { TokenService } from './token-service.ts';
import type { RequestKind } from './traffic.ts';

/** A request to the registry, taken apart. */
export interface RegistryRequest {
  readonly kind: RequestKind;
  readonly repository: string;
  /** A digest or a tag; empty where the kind has none. */
  readonly reference: string;
  readonly query: URLSearchParams;
}

const routes: readonly (readonly [RequestKind, RegExp])[] = [
  ['ping', /^\/v2\/$/],
  ['manifest', /^\/v2\/(?<repository>.+)\/manifests\/(?<reference>[^/]+)$/],
  ['blob', /^\/v2\/(?<repository>.+)\/blobs\/(?<reference>[^/]+)$/],
  ['tags', /^\/v2\/(?<repository>.+)\/tags\/list$/],
  ['referrers', /^\/v2\/(?<repository>.+)\/referrers\/(?<reference>[^/]+)$/],
];

/** Which part of the distribution API a request asks for. */
export function parseRegistryRequest(url: string): RegistryRequest {
  const { pathname, searchParams: query } = new URL(url, 'http://registry');
  for (const [kind, pattern] of routes) {
    const groups = pattern.exec(pathname);
    if (groups)
      return { kind, repository: groups.groups?.repository ?? '', reference: groups.groups?.reference ?? '', query };
  }
  return { kind: 'other', repository: '', reference: '', query };
}

/** What the answers depend on. `blobLocation` undefined: blobs are answered by the registry itself. */
export interface RegistryParts {
  readonly contents: RepositoryContents;
  readonly tokens: TokenService;
  readonly url: string;
  readonly blobLocation: ((repository: string, digest: string) => string) | undefined;
  readonly bytesPerSecond: number | undefined;
}

/** The answer of a well-behaved registry. */
export function registryAnswer(request: IncomingMessage, parsed: RegistryRequest, parts: RegistryParts): Answer {
  const refusal = parts.tokens.refusal(request, parsed.repository);
  if (refusal !== undefined) return refusal;
  if (parsed.kind === 'ping') return jsonAnswer(200, {});
  if (!parts.contents.has(parsed.repository)) return errorAnswer(404, 'NAME_UNKNOWN', 'repository name not known');
  if (parsed.kind === 'manifest') return manifestAnswer(request, parsed, parts);
  if (parsed.kind === 'blob') return blobAnswer(parsed, parts);
  if (parsed.kind === 'tags') return tagsAnswer(parsed, parts);
  if (parsed.kind === 'referrers') return referrersAnswer(parsed, parts);
  return errorAnswer(404, 'UNSUPPORTED', 'no such route');
}

function manifestAnswer(
  request: IncomingMessage,
  { repository, reference }: RegistryRequest,
  parts: RegistryParts,
): Answer {
  const manifest = parts.contents.manifest(repository, reference);
  if (manifest === undefined) return errorAnswer(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  // As distribution does: a client that does not name the type is told that there is no such manifest.
  if (!(request.headers.accept ?? '').includes(manifest.mediaType))
    return errorAnswer(404, 'MANIFEST_UNKNOWN', 'the Accept header does not name the type of this manifest');
  const headers = { 'Content-Type': manifest.mediaType, 'Docker-Content-Digest': manifest.digest };
  return { status: 200, headers, body: manifest.bytes };
}

function blobAnswer({ repository, reference }: RegistryRequest, parts: RegistryParts): Answer {
  const blob = parts.contents.blob(repository, reference);
  if (blob === undefined) return errorAnswer(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  if (parts.blobLocation !== undefined)
    return { status: 307, headers: { Location: parts.blobLocation(repository, reference) } };
  const headers = { 'Content-Type': 'application/octet-stream', 'Docker-Content-Digest': reference };
  return { status: 200, headers, body: blob.bytes, bytesPerSecond: parts.bytesPerSecond };
}

function tagsAnswer({ repository, query }: RegistryRequest, { contents, url }: RegistryParts): Answer {
  const last = query.get('last') ?? '';
  const rest = contents.tags(repository).filter((tag) => tag > last);
  const n = Number(query.get('n') ?? rest.length);
  const tags = rest.slice(0, n);
  // An absolute address, as some registries give it, although the specification's examples are relative.
  const next = `<${url}/v2/${repository}/tags/list?n=${n}&last=${tags.at(-1)}>; rel="next"`;
  return jsonAnswer(200, { name: repository, tags }, rest.length > n ? { Link: next } : {});
}

function referrersAnswer({ repository, reference, query }: RegistryRequest, { contents }: RegistryParts): Answer {
  const type = query.get('artifactType');
  const manifests = contents.referrers(repository, reference).filter((r) => type === null || r.artifactType === type);
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const headers: Record<string, string> = { 'Content-Type': mediaType };
  if (type !== null) headers['OCI-Filters-Applied'] = 'artifactType';
  return jsonAnswer(200, { schemaVersion: 2, mediaType, manifests }, headers);
}
