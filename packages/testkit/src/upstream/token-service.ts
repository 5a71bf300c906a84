import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { errorAnswer, jsonAnswer, type Answer } from './answer.ts';

/** Who may have what from the registry. */
export type UpstreamAuth =
  | { readonly mode: 'none' }
  | { readonly mode: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly mode: 'bearer';
      /** With them, anonymous clients get tokens that open nothing. Without, everybody gets what he asks for. */
      readonly username?: string;
      readonly password?: string;
      /** How long a token is good for: 300 s when not given. */
      readonly expiresInSeconds?: number;
      /** The `realm` of challenges, in place of the token service's own address. */
      readonly realm?: string;
    };

const service = 'fake-upstream';

/** Hands out tokens as https://distribution.github.io/distribution/spec/auth/token/ describes, and checks them. */
export class TokenService {
  readonly #auth: UpstreamAuth;
  readonly #realm: () => string;
  readonly #tokens = new Map<string, { readonly scope: string; readonly until: number }>();

  constructor(auth: UpstreamAuth, realm: () => string) {
    this.#auth = auth;
    this.#realm = realm;
  }

  /** Makes all tokens given out so far worthless. */
  revokeAll(): void {
    this.#tokens.clear();
  }

  /** Answers `GET /token?service=...&scope=...`. */
  issue(request: IncomingMessage): Answer {
    if (this.#auth.mode !== 'bearer') return errorAnswer(404, 'UNSUPPORTED', 'no tokens here');
    const { username, password, expiresInSeconds = 300 } = this.#auth;
    const query = new URL(request.url ?? '/', 'http://token').searchParams;
    if (query.get('service') !== service) return errorAnswer(400, 'UNSUPPORTED', 'wrong service');
    const authorization = request.headers.authorization;
    if (authorization !== undefined && authorization !== basic(username, password))
      return errorAnswer(401, 'UNAUTHORIZED', 'wrong user name or password');
    const entitled = username === undefined || authorization !== undefined;
    const token = randomUUID();
    this.#tokens.set(token, {
      scope: entitled ? (query.get('scope') ?? '') : '',
      until: Date.now() + expiresInSeconds * 1000,
    });
    return jsonAnswer(200, { token, access_token: token, expires_in: expiresInSeconds });
  }

  /** Undefined when the request may read the repository, else the refusal. */
  refusal(request: IncomingMessage, repository: string): Answer | undefined {
    const { authorization } = request.headers;
    if (this.#auth.mode === 'none') return undefined;
    if (this.#auth.mode === 'basic') {
      const expected = basic(this.#auth.username, this.#auth.password);
      return authorization === expected ? undefined : unauthorized('Basic realm="fake upstream"');
    }
    const scope = repository === '' ? '' : `repository:${repository}:pull`;
    const token = this.#tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    if (token !== undefined && token.until > Date.now() && token.scope.split(' ').includes(scope)) return undefined;
    const challenge = `Bearer realm="${this.#auth.realm ?? this.#realm()}",service="${service}"`;
    return unauthorized(scope === '' ? challenge : `${challenge},scope="${scope}"`);
  }
}

function unauthorized(challenge: string): Answer {
  return errorAnswer(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': challenge });
}

function basic(username = '', password = ''): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
