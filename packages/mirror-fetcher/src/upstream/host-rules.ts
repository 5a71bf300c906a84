import { isIP } from 'node:net';
import { registeredDomain } from './shared-domains.ts';
import { UpstreamError } from './upstream-error.ts';
import { isWellKnownStorage } from './well-known-redirects.ts';

/** Which hosts an upstream may send us to. */
export interface TrustedHosts {
  /** Name used in messages. */
  readonly name: string;
  readonly url: string;
  readonly redirectHosts: readonly string[];
  readonly tokenHosts: readonly string[];
}

/**
 * Keeps the upstream from steering this mirror to hosts of its choice: inside a cluster there are many that
 * answer anybody. Verified digests would come too late, the request itself does the harm.
 */
export class HostRules {
  readonly #upstream: URL;
  readonly #name: string;
  readonly #redirectHosts: readonly string[];
  readonly #tokenHosts: readonly string[];

  constructor({ name, url, redirectHosts, tokenHosts }: TrustedHosts) {
    this.#name = name;
    this.#upstream = new URL(url);
    this.#redirectHosts = redirectHosts;
    this.#tokenHosts = tokenHosts;
  }

  /**
   * Where a redirect leads to.
   *
   * @throws UpstreamError `untrusted` for plain HTTP from an upstream with TLS, and for hosts that are not listed.
   */
  redirectTarget(location: string | undefined, from: URL): URL {
    const isStorage = ({ hostname }: URL): boolean => isWellKnownStorage(this.#upstream.hostname, hostname);
    return this.#trusted(
      'a redirect',
      location ?? '',
      from,
      'redirectHosts',
      (url) => isStorage(url) || this.#redirectHosts.some((pattern) => fits(url, pattern)),
    );
  }

  /**
   * The token service of a challenge. It may see the credentials.
   *
   * @throws UpstreamError as `redirectTarget`.
   */
  tokenService(realm: string): URL {
    return this.#trusted('its token service', realm, this.#upstream, 'tokenHosts', (url) =>
      this.#tokenHosts.some((pattern) => fits(url, pattern)),
    );
  }

  #trusted(what: string, target: string, base: URL, option: string, isListed: (url: URL) => boolean): URL {
    const url = URL.canParse(target, base.href) ? new URL(target, base) : undefined;
    if (url === undefined) throw new UpstreamError('untrusted', `${this.#name} names no valid address for ${what}`);
    const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && this.#upstream.protocol === 'http:');
    if (!isSecure)
      throw new UpstreamError('untrusted', `${this.#name} wants ${url.protocol}//${url.host} for ${what}: not https`);
    const isOwn = url.hostname === this.#upstream.hostname || shareDomain(url.hostname, this.#upstream.hostname);
    if (isOwn || isListed(url)) return url;
    throw new UpstreamError('untrusted', `${this.#name} wants ${url.host} for ${what}, which is not in ${option}`);
  }
}

/** Whether two hosts belong to one owner as far as names can tell: `auth.docker.io` and `registry-1.docker.io` do. */
export function shareDomain(a: string, b: string): boolean {
  if ([a, b].some((host) => isIP(host) !== 0 || host.startsWith('['))) return false;
  const domain = registeredDomain(a);
  return domain !== undefined && domain === registeredDomain(b);
}

function fits(url: URL, pattern: string): boolean {
  const { host, hostname } = url;
  const wanted = pattern.toLowerCase();
  const actual = /:\d+$/.test(wanted) ? host : hostname;
  return wanted.startsWith('*.') ? actual.endsWith(wanted.slice(1)) : actual === wanted;
}
