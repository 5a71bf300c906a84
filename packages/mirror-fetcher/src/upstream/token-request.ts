import { z } from 'zod';
import { readAll } from './read-all.ts';
import type { Exchange } from './exchange.ts';
import { UpstreamError, errorOfStatus } from './upstream-error.ts';

/** A call to a token service. */
export interface TokenRequest {
  readonly url: URL;
  readonly credentials: string | undefined;
}

/** What came of it. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

// https://distribution.github.io/distribution/spec/auth/token/: either name, and 60 seconds when nothing is said.
const answerSchema = z.union([
  z.object({ token: z.string().min(1), expires_in: z.number().positive().default(60) }),
  z
    .object({ access_token: z.string().min(1), expires_in: z.number().positive().default(60) })
    .transform(({ access_token, expires_in }) => ({ token: access_token, expires_in })),
]);

/**
 * Asks a token service that was found trustworthy.
 *
 * @throws UpstreamError when it refuses, does not answer, or answers with something else.
 */
export async function requestToken(
  upstream: string,
  exchange: Exchange,
  { url, credentials }: TokenRequest,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const headers = credentials === undefined ? {} : { authorization: credentials };
  const answer = await exchange({ kind: 'token', method: 'GET', url, headers }, signal);
  if (answer.status !== 200) {
    await answer.discard();
    throw errorOfStatus(`the token service of ${upstream}`, answer.status, answer.header('retry-after'));
  }
  const parsed = answerSchema.safeParse(parseJson((await readAll(answer.body, 1024 * 1024)).toString()));
  if (!parsed.success) throw new UpstreamError('failed', `the token service of ${upstream} answered without a token`);
  return { token: parsed.data.token, expiresInSeconds: parsed.data.expires_in };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
