import { isIP } from 'node:net';
import { wellKnownRedirectHosts } from './well-known-redirects.ts';
import { UpstreamError } from './upstream-error.ts';

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
    this.#redirectHosts = [...redirectHosts, ...wellKnownRedirectHosts(this.#upstream.hostname)];
    this.#tokenHosts = tokenHosts;
  }

  /**
   * Where a redirect leads to.
   *
   * @throws UpstreamError `untrusted` for plain HTTP from an upstream with TLS, and for hosts that are not listed.
   */
  redirectTarget(location: string | undefined, from: URL): URL {
    return this.#trusted('a redirect', location ?? '', from, this.#redirectHosts, 'redirectHosts');
  }

  /**
   * The token service of a challenge. It may see the credentials.
   *
   * @throws UpstreamError as `redirectTarget`.
   */
  tokenService(realm: string): URL {
    return this.#trusted('its token service', realm, this.#upstream, this.#tokenHosts, 'tokenHosts');
  }

  #trusted(what: string, target: string, base: URL, allowed: readonly string[], option: string): URL {
    const url = URL.canParse(target, base.href) ? new URL(target, base) : undefined;
    if (url === undefined) throw new UpstreamError('untrusted', `${this.#name} names no valid address for ${what}`);
    const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && this.#upstream.protocol === 'http:');
    if (!isSecure)
      throw new UpstreamError('untrusted', `${this.#name} wants ${url.protocol}//${url.host} for ${what}: not https`);
    const isOwn = url.hostname === this.#upstream.hostname || shareDomain(url.hostname, this.#upstream.hostname);
    if (isOwn || allowed.some((pattern) => fits(url, pattern))) return url;
    throw new UpstreamError('untrusted', `${this.#name} wants ${url.host} for ${what}, which is not in ${option}`);
  }
}

// Second levels under which countries register names: what is registered has three labels.
const countrySuffixes = /^(?:ac|co|com|edu|gov|net|or|org)\.[a-z]{2}$/;
// Domains whose subdomains belong to different customers: nobody is trusted because of them.
const sharedDomains =
  /^(?:amazonaws\.com|azurecr\.io|cloudfront\.net|github\.io|googleapis\.com|pkg\.dev|windows\.net)$/;

/** Whether two hosts belong to one owner as far as names can tell: `auth.docker.io` and `registry-1.docker.io` do. */
export function shareDomain(a: string, b: string): boolean {
  const domain = domainOf(a);
  return domain !== undefined && domain === domainOf(b);
}

function domainOf(host: string): string | undefined {
  const labels = host.toLowerCase().split('.');
  if (isIP(host) !== 0 || host.startsWith('[')) return undefined;
  const length = countrySuffixes.test(labels.slice(-2).join('.')) ? 3 : 2;
  const domain = labels.slice(-length).join('.');
  return labels.length < length || sharedDomains.test(domain) ? undefined : domain;
}

function fits(url: URL, pattern: string): boolean {
  const { host, hostname } = url;
  const wanted = pattern.toLowerCase();
  const actual = /:\d+$/.test(wanted) ? host : hostname;
  return wanted.startsWith('*.') ? actual.endsWith(wanted.slice(1)) : actual === wanted;
}
