import type { Clock } from '../clock.ts';
import { ShortMemory } from '../short-memory.ts';
import { SingleFlight } from '../single-flight.ts';
import type { Challenge } from './challenge.ts';
import type { BasicAuthorization, Credentials } from './credentials.ts';
import type { HostRules } from './host-rules.ts';
import type { IssuedToken, TokenRequest } from './token-request.ts';

interface KeptToken {
  readonly authorization: string;
  /** The credentials it was got with: a token of other credentials is not used any more. */
  readonly credentials: BasicAuthorization | undefined;
}

interface AuthenticatorParts {
  readonly credentials: Credentials;
  readonly rules: HostRules;
  readonly clock: Clock;
  readonly requestToken: (request: TokenRequest) => Promise<IssuedToken>;
}

/** Share of a token's time that it is used for: clocks differ, and requests take time. */
const usedShare = 0.8;

/** Finds the Authorization header for a repository, one token call for everybody who needs one at the same time. */
export class Authenticator {
  readonly #parts: AuthenticatorParts;
  readonly #tokens: ShortMemory<KeptToken>;
  readonly #calls = new SingleFlight<string>();
  #wantsBasic = false;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
    this.#tokens = new ShortMemory(parts.clock);
  }

  /** What to send without having been asked; undefined when nothing is known yet. */
  async current(repository: string): Promise<string | undefined> {
    const credentials = await this.#parts.credentials.read();
    if (this.#wantsBasic) return credentials;
    const token = this.#tokens.get(repository);
    return token?.credentials === credentials ? token?.authorization : undefined;
  }

  /**
   * What to send after `refused` (undefined: nothing was sent) was answered with a challenge.
   *
   * @returns undefined when there is nothing better to send.
   * @throws UpstreamError when the token service is not trusted, refuses, or does not answer.
   */
  async answer(repository: string, challenge: Challenge, refused: string | undefined): Promise<string | undefined> {
    const credentials = await this.#parts.credentials.read();
    if (challenge.scheme === 'basic') {
      this.#wantsBasic = true;
      return credentials === refused ? undefined : credentials;
    }
    this.#wantsBasic = false;
    const current = await this.current(repository);
    if (current !== undefined && current !== refused) return current;
    return this.#calls.run(repository, () => this.#token(repository, challenge, credentials));
  }

  async #token(
    repository: string,
    challenge: Challenge & { scheme: 'bearer' },
    credentials: BasicAuthorization | undefined,
  ): Promise<string> {
    const url = this.#parts.rules.tokenService(challenge.realm);
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', challenge.scope ?? `repository:${repository}:pull`);
    const { token, expiresInSeconds } = await this.#parts.requestToken({ url, credentials });
    const authorization = `Bearer ${token}`;
    this.#tokens.set(repository, { authorization, credentials }, expiresInSeconds * 1000 * usedShare);
    return authorization;
  }
}
