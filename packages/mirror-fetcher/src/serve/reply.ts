import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OciError } from './oci-error.ts';

/** A complete answer. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Gives an answer; to a HEAD only its headers. */
export function sendReply(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The answer's headers for content that was kept, or not. */
export function cacheHeaders(cache: 'hit' | 'miss' | 'stale'): Record<string, string> {
  // https://www.rfc-editor.org/rfc/rfc7234#section-5.5.1
  return { 'X-Entrepot-Cache': cache, ...(cache === 'stale' ? { Warning: '110 - "Response is Stale"' } : {}) };
}

/** An error as a reply. */
export function errorReply({ status, code, message, retryAfterSeconds }: OciError): Reply {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(Math.ceil(retryAfterSeconds));
  return { status, headers, body: Buffer.from(JSON.stringify({ errors: [{ code, message }] })) };
}
