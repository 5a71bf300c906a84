import type { RequestListener } from 'node:http';
import { respond, type Answer } from './answer.ts';
import { cdnAnswer, cdnPath } from './cdn-routes.ts';
import { Faults } from './faults.ts';
import type { ImageFixture } from './image-fixture.ts';
import { LocalServer } from './local-server.ts';
import { parseRegistryRequest, registryAnswer } from './registry-routes.ts';
import { RepositoryContents } from './repository-contents.ts';
import { ThrowawayAuthority, type ServingCertificate } from './throwaway-authority.ts';
import { TokenService, type UpstreamAuth } from './token-service.ts';
import { Traffic, type RequestKind } from './traffic.ts';

export interface FakeUpstreamOptions {
  /** Serve TLS with a certificate of a throwaway authority: `upstream.caCertificate` is what clients must trust. */
  readonly tls?: boolean;
  /** The host in the registry's address; must resolve to 127.0.0.1. `127.0.0.1` when not given. */
  readonly host?: string;
  /** More names the certificate is good for, beside localhost and 127.0.0.1. */
  readonly names?: readonly string[];
  readonly auth?: UpstreamAuth;
  /** `redirect` (when not given): blobs are answered by a 307 to the CDN, a server of its own. `direct`: by the registry. */
  readonly blobs?: 'redirect' | 'direct';
  /** The host in the CDN's address: the registry's when not given. */
  readonly cdnHost?: string;
  /** Limit for each download of a blob. */
  readonly bytesPerSecond?: number;
  /** Whether the CDN answers ranges. True when not given. */
  readonly supportsRanges?: boolean;
}

/**
 * A registry with token service and CDN, each on its own port of 127.0.0.1, that counts what it is asked and misbehaves on demand.
 *
 * ```ts
 * const upstream = await FakeUpstream.start({ auth: { mode: 'bearer' } });
 * upstream.push('team/app', makeImage({ layerSizes: [1000] }), 'v1');
 * upstream.faults.inject('cdn', { type: 'cut', afterBytes: 10 }, 1);
 * // ... pull from upstream.url ...
 * upstream.traffic.count({ kind: 'cdn', method: 'GET' });
 * await upstream.close();
 * ```
 */
export class FakeUpstream implements AsyncDisposable {
  readonly contents = new RepositoryContents();
  readonly traffic = new Traffic();
  readonly faults = new Faults();
  readonly tokens: TokenService;
  /** PEM of the authority behind its certificates; undefined without TLS. */
  readonly caCertificate: string | undefined;
  readonly #options: FakeUpstreamOptions;
  readonly #registry: LocalServer;
  readonly #tokenServer: LocalServer;
  readonly #cdn: LocalServer;

  private constructor(options: FakeUpstreamOptions, serving: TrustedServing | undefined) {
    this.#options = options;
    this.caCertificate = serving?.caCertificate;
    this.tokens = new TokenService(options.auth ?? { mode: 'none' }, () => `${this.#address(this.#tokenServer)}/token`);
    this.#registry = new LocalServer(this.#answerRegistry, serving);
    this.#tokenServer = new LocalServer(
      this.#answering('token', (request) => this.tokens.issue(request)),
      serving,
    );
    const cdn = {
      contents: this.contents,
      bytesPerSecond: options.bytesPerSecond,
      supportsRanges: options.supportsRanges ?? true,
    };
    this.#cdn = new LocalServer(
      this.#answering('cdn', (request) => cdnAnswer(request, cdn)),
      serving,
    );
  }

  /** A running upstream without any content. */
  static async start(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
    const upstream = new FakeUpstream(options, options.tls === true ? await servingCertificate(options) : undefined);
    await upstream.resume();
    return upstream;
  }

  /** `http://127.0.0.1:<port>` or `https://...`. */
  get url(): string {
    return this.#address(this.#registry);
  }

  /** `<host>:<port>` of the registry. */
  get host(): string {
    return new URL(this.url).host;
  }

  get tokenUrl(): string {
    return this.#address(this.#tokenServer);
  }

  get cdnUrl(): string {
    return this.#address(this.#cdn, this.#options.cdnHost);
  }

  /** Adds an image to a repository and moves the tags to it. */
  push(repository: string, image: ImageFixture, ...tags: readonly string[]): void {
    this.contents.push(repository, image, ...tags);
  }

  /** Cuts all connections and refuses new ones, as a machine without the programs would. */
  async goDown(): Promise<void> {
    await Promise.all([this.#registry.refuse(), this.#tokenServer.refuse(), this.#cdn.refuse()]);
  }

  /** Back from `goDown`, on the same ports. */
  async resume(): Promise<void> {
    await Promise.all([this.#registry.listen(), this.#tokenServer.listen(), this.#cdn.listen()]);
  }

  async close(): Promise<void> {
    await this.goDown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #answerRegistry: RequestListener = (request, response) => {
    const parsed = parseRegistryRequest(request.url ?? '/');
    const parts = {
      contents: this.contents,
      tokens: this.tokens,
      url: this.url,
      blobLocation:
        this.#options.blobs === 'direct'
          ? undefined
          : (repository: string, digest: string) => this.cdnUrl + cdnPath(repository, digest),
      bytesPerSecond: this.#options.bytesPerSecond,
    };
    void respond(request, response, parsed.kind, () => registryAnswer(request, parsed, parts), this);
  };

  #answering(kind: RequestKind, answer: (request: Parameters<RequestListener>[0]) => Answer): RequestListener {
    return (request, response) => void respond(request, response, kind, () => answer(request), this);
  }

  #address({ port }: LocalServer, host = this.#options.host ?? '127.0.0.1'): string {
    return `${this.#options.tls === true ? 'https' : 'http'}://${host}:${port}`;
  }
}

interface TrustedServing extends ServingCertificate {
  readonly caCertificate: string;
}

async function servingCertificate(options: FakeUpstreamOptions): Promise<TrustedServing> {
  const authority = await ThrowawayAuthority.create();
  const names = new Set(['localhost', '127.0.0.1', ...(options.names ?? [])]);
  for (const host of [options.host, options.cdnHost]) if (host !== undefined) names.add(host);
  return { caCertificate: authority.caCertificate, ...(await authority.issue([...names])) };
}
