import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeUpstream, type FakeUpstreamOptions } from '@entrepot/testkit';
import { onTestFinished } from 'vitest';
import { parseFetcherConfig, startFetcher, type Fetcher, type FetcherConfigInput } from '../../src/index.ts';
import { get, type Answer, type GetOptions } from './get.ts';

export interface MirrorOptions {
  readonly upstream?: FakeUpstreamOptions;
  readonly cache?: Partial<FetcherConfigInput['cache']>;
  readonly trust?: Partial<Pick<FetcherConfigInput['upstream'], 'redirectHosts' | 'tokenHosts' | 'url'>>;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** A fetcher on a real socket with a fake upstream behind it, both gone after the test. */
export class Mirror {
  readonly upstream: FakeUpstream;
  readonly folder: string;
  readonly lines: object[] = [];
  readonly #options: MirrorOptions;
  #fetcher: Fetcher | undefined;

  private constructor(upstream: FakeUpstream, folder: string, options: MirrorOptions) {
    this.upstream = upstream;
    this.folder = folder;
    this.#options = options;
  }

  static async start(options: MirrorOptions = {}): Promise<Mirror> {
    const mirror = await Mirror.prepare(options);
    await mirror.startFetcher();
    return mirror;
  }

  /** Everything but the fetcher itself. */
  static async prepare(options: MirrorOptions = {}): Promise<Mirror> {
    const folder = await mkdtemp(join(tmpdir(), 'fetcher-'));
    const mirror = new Mirror(await FakeUpstream.start(options.upstream), folder, options);
    onTestFinished(() => mirror.#remove());
    if (options.credentials !== undefined) await mirror.writeCredentials(options.credentials);
    if (mirror.upstream.caCertificate !== undefined)
      await writeFile(join(folder, 'ca.crt'), mirror.upstream.caCertificate);
    return mirror;
  }

  get config(): FetcherConfigInput {
    const { cache, trust, credentials, upstream } = this.#options;
    return {
      listen: join(this.folder, 'run/fetcher.sock'),
      store: join(this.folder, 'store'),
      slices: { path: join(this.folder, 'slices'), levels: [1, 2], sizeBytes: 65_536 },
      upstream: {
        name: 'upstream.test:5000',
        url: this.upstream.url,
        ...trust,
        ...(upstream?.tls === true ? { caFile: join(this.folder, 'ca.crt') } : {}),
      },
      ...(credentials ? { credentials: join(this.folder, 'credentials') } : {}),
      cache: { tagTTLSeconds: 30, staleIfErrorSeconds: 3600, maxSizeBytes: 1e9, ...cache },
    };
  }

  get socket(): string {
    return this.config.listen;
  }

  async startFetcher(config = this.config): Promise<void> {
    const log = (fields: object, message: string): void => void this.lines.push({ message, ...fields });
    this.#fetcher = await startFetcher(parseFetcherConfig(JSON.stringify(config)), {
      log: { info: log, warn: log, error: log },
      timeouts: { connectMs: 500, headersMs: 800, bodyMs: 800 },
      drainMs: 100,
      quietMs: 0,
    });
  }

  async stopFetcher(): Promise<void> {
    await this.#fetcher?.close();
    this.#fetcher = undefined;
  }

  /** `get('team/app/manifests/v1')` asks for `/v2/team/app/manifests/v1`. */
  get(path: string, options?: GetOptions): Promise<Answer> {
    return get(this.socket, `/v2/${path}`, options);
  }

  async metrics(): Promise<string> {
    return (await get(this.socket, '/metrics')).body.toString();
  }

  async writeCredentials(credentials: { readonly username: string; readonly password: string }): Promise<void> {
    const folder = join(this.folder, 'credentials');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'username'), credentials.username);
    // A final newline, as hand-made Secrets often have.
    await writeFile(join(folder, 'password'), `${credentials.password}\n`);
  }

  /** Names of all files below one folder of the store. */
  async files(folder: 'tmp' | 'blobs' | 'repos' | 'manifests' | 'answers'): Promise<readonly string[]> {
    const entries = await readdir(join(this.folder, 'store', folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }

  /** Where nginx looks for a blob. */
  linkOf(repository: string, digest: string): string {
    return join(this.folder, 'store/repos/upstream.test:5000', repository, digest);
  }

  /** Whether the fetcher has said that a download is complete; the link is there a moment earlier. */
  hasStored(digest: string): boolean {
    return this.lines.some((line) => 'digest' in line && line.digest === digest && 'bytes' in line);
  }

  hasLink(repository: string, digest: string): boolean {
    return existsSync(this.linkOf(repository, digest));
  }

  async #remove(): Promise<void> {
    await this.stopFetcher();
    await this.upstream.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
