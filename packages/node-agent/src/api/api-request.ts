import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { Connection } from './connection.ts';
import { hostOf } from './server-names.ts';

/** The API server answered, but not with what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Sends a GET and gives the answer as soon as its head is there.
 *
 * @param idleMs after so long without a byte, in either direction, the connection counts as dead
 * @throws ApiError for any status but 200; the network's errors as they are
 */
export async function apiGet(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>>,
  idleMs: number,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const { tls, token } = await connection.credentials();
  const { server } = connection;
  const sent = request({
    ...tls,
    agent: false,
    hostname: hostOf(server),
    port: server.port || 443,
    path: `${server.pathname.replace(/\/$/, '')}${path}?${new URLSearchParams(query).toString()}`,
    headers: { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    timeout: idleMs,
    ...(signal && { signal }),
  });
  sent.on('timeout', () => sent.destroy(new Error(`nothing was heard from ${server.host} for ${idleMs / 1000} s`)));
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // Stays for the request's whole life: an error after the head is for whoever reads the answer, but is told here as well.
    sent.on('error', reject);
    sent.once('response', resolve);
    sent.end();
  });
  if (answer.statusCode !== 200) throw await refusal(answer);
  return answer;
}

/** The message of the `Status` object in the body, where there is one. */
async function refusal(answer: IncomingMessage): Promise<ApiError> {
  const status = answer.statusCode ?? 0;
  const body: unknown = await json(answer).catch(() => undefined);
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
  return new ApiError(status, `the API server answered ${status} ${message}`.trim());
}
