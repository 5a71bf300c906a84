import type { IncomingMessage } from 'node:http';
import { errorAnswer, type Answer } from './answer.ts';
import type { RepositoryContents } from './repository-contents.ts';

/** The path under which the CDN has a blob, with something that looks like the signature real ones ask for. */
export function cdnPath(repository: string, digest: string): string {
  return `/blobs/${encodeURIComponent(repository)}/${digest}?signature=fake`;
}

export interface CdnParts {
  readonly contents: RepositoryContents;
  readonly bytesPerSecond: number | undefined;
  readonly supportsRanges: boolean;
}

/** The answer of an object store: no Authorization beside the signature in the address, its own ETag, ranges. */
export function cdnAnswer(request: IncomingMessage, parts: CdnParts): Answer {
  if (request.headers.authorization !== undefined)
    return errorAnswer(400, 'INVALID', 'only one way to authenticate is allowed: the signature');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cdn');
  const [, , repository = '', digest = ''] = pathname.split('/');
  const blob = parts.contents.blob(decodeURIComponent(repository), digest);
  if (searchParams.get('signature') !== 'fake') return errorAnswer(403, 'DENIED', 'not signed');
  if (blob === undefined) return errorAnswer(404, 'BLOB_UNKNOWN', 'no such object');
  const headers = { 'Content-Type': 'binary/octet-stream', ETag: '"an-etag-of-the-cdn"' };
  const { bytesPerSecond } = parts;
  const range = /^bytes=(?<from>\d+)-(?<to>\d*)$/.exec(request.headers.range ?? '');
  if (!parts.supportsRanges || range?.groups === undefined)
    return { status: 200, headers, body: blob.bytes, bytesPerSecond };
  const from = Number(range.groups.from);
  const to = range.groups.to ? Math.min(Number(range.groups.to), blob.bytes.length - 1) : blob.bytes.length - 1;
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${from}-${to}/${blob.bytes.length}` },
    body: blob.bytes.subarray(from, to + 1),
    bytesPerSecond,
  };
}
