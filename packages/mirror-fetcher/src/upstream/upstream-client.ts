import type { Clock } from '../clock.ts';
import { Authenticator } from './authenticator.ts';
import { Breaker } from './breaker.ts';
import { parseChallenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import type { Exchange, WireAnswer } from './exchange.ts';
import { HostRules, type TrustedHosts } from './host-rules.ts';
import { requestToken } from './token-request.ts';
import { UpstreamError, errorOfStatus } from './upstream-error.ts';

/** A request to the registry: `/v2/<repository>/<path>`. */
export interface UpstreamRequest {
  readonly kind: 'manifest' | 'blob' | 'tags' | 'referrers';
  readonly method: 'GET' | 'HEAD';
  readonly repository: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface UpstreamParts {
  readonly upstream: TrustedHosts;
  readonly exchange: Exchange;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** Ends everything under way. */
  readonly signal: AbortSignal;
}

const maxRedirects = 5;

/** The upstream as the rest of the fetcher sees it: authentication and redirects are dealt with in here. */
export class UpstreamClient {
  readonly #parts: UpstreamParts;
  readonly #url: URL;
  readonly #rules: HostRules;
  readonly #breaker: Breaker;
  readonly #authenticator: Authenticator;

  constructor(parts: UpstreamParts) {
    const { upstream, exchange, credentials, clock, signal } = parts;
    this.#parts = parts;
    this.#url = new URL(upstream.url);
    this.#rules = new HostRules(upstream);
    this.#breaker = new Breaker(clock, upstream.name);
    this.#authenticator = new Authenticator({
      credentials,
      rules: this.#rules,
      clock,
      requestToken: (request) => requestToken(upstream.name, exchange, request, signal),
    });
  }

  /** For messages. */
  get name(): string {
    return this.#parts.upstream.name;
  }

  /**
   * The answer, when it is 200 or 206.
   *
   * @throws UpstreamError for everything else.
   */
  async request(request: UpstreamRequest): Promise<WireAnswer> {
    const authorization = await this.#authenticator.current(request.repository);
    let answer = await this.#follow(request, authorization);
    if (answer.status === 401) {
      const challenge = parseChallenge(answer.header('www-authenticate') ?? '');
      const better = challenge && (await this.#authenticator.answer(request.repository, challenge, authorization));
      if (better !== undefined) {
        await answer.discard();
        answer = await this.#follow(request, better);
      }
    }
    if (answer.status === 200 || answer.status === 206) return answer;
    await answer.discard();
    throw errorOfStatus(this.name, answer.status, answer.header('retry-after'));
  }

  async #follow(request: UpstreamRequest, authorization: string | undefined): Promise<WireAnswer> {
    const { method, headers = {} } = request;
    let url = new URL(`/v2/${request.repository}/${request.path}`, this.#url);
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const isRegistry = url.origin === this.#url.origin;
      const authorized = isRegistry && authorization !== undefined ? { ...headers, authorization } : headers;
      const wire = { kind: redirects === 0 ? request.kind : 'redirect', method, url, headers: authorized } as const;
      const send = () => this.#parts.exchange(wire, this.#parts.signal);
      const answer = await (isRegistry ? this.#breaker.guard(send) : send());
      if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
      await answer.discard();
      url = this.#rules.redirectTarget(answer.header('location'), url);
    }
    throw new UpstreamError('failed', `${this.name} redirected more than ${maxRedirects} times`);
  }
}
