import { podLayout } from '@entrepot/core';
import { connect } from 'node:net';
import type { TemplateInput } from '@entrepot/core';
import { ThrowawayAuthority, type ServingCertificate } from '@entrepot/testkit';
import { z } from 'zod';
import { nginxTemplate } from '../../src/index.ts';
import { defaultInput } from '../default-input.ts';
import { startFetcher } from './fetcher.ts';
import { freePort } from './free-port.ts';
import { MirrorFolder } from './mirror-folder.ts';
import { startNginx } from './nginx.ts';
import type { Program, ProgramOptions } from './program.ts';
import { RegistryClient } from './registry-client.ts';
import { until } from './until.ts';

const logLine = z.looseObject({ 'http.request.uri': z.string() });

export type LogLine = z.infer<typeof logLine>;

export interface MirrorOptions extends ProgramOptions {
  /** Parts of the template's input that differ from the default. */
  readonly upstream?: Partial<TemplateInput['upstream']>;
  readonly cache?: Partial<TemplateInput['cache']>;
  /** More files, for example credentials. */
  readonly files?: Readonly<Record<string, string>>;
}

/** nginx, and if wanted the fetcher, as they run in a mirror's pod, in a folder of their own. */
export class Mirror implements AsyncDisposable {
  readonly folder: MirrorFolder;
  readonly client: RegistryClient;
  readonly #authority: ThrowawayAuthority;
  readonly #port: number;
  #nginx: Program;
  #fetcher: Program | undefined;

  private constructor(folder: MirrorFolder, nginx: Program, port: number, authority: ThrowawayAuthority) {
    this.folder = folder;
    this.#nginx = nginx;
    this.#port = port;
    this.#authority = authority;
    this.client = new RegistryClient(port, authority.caCertificate);
  }

  get nginx(): Program {
    return this.#nginx;
  }

  /** What the fetcher has logged, as long as it was never stopped. */
  get fetcherLog(): string {
    return this.#fetcher?.stdout ?? '';
  }

  /** nginx alone: whatever is not stored has nobody to fetch it, until `startFetcher`. */
  static async startWithoutFetcher(options: MirrorOptions = {}): Promise<Mirror> {
    const folder = await MirrorFolder.create();
    const authority = await ThrowawayAuthority.create();
    const port = await freePort();
    const input: TemplateInput = {
      ...defaultInput,
      upstream: { ...defaultInput.upstream, ...options.upstream },
      cache: { ...defaultInput.cache, ...options.cache },
      layout: { ...podLayout, port },
    };
    const nginxOptions = nginxTemplate.options.parse({ listenAddress: '127.0.0.1' });
    await folder.writeConfig(nginxTemplate.render(input, nginxOptions));
    await folder.writeCertificate(await authority.issue(['127.0.0.1', input.mirror.masqueradeHost]));
    for (const [path, text] of Object.entries(options.files ?? {})) await folder.write(path, text);
    if (options.uid !== undefined) await folder.giveTo(options.uid);
    const mirror = new Mirror(folder, startNginx(folder, options), port, authority);
    return mirror.#orStopped(() => mirror.#untilListening());
  }

  static async start(options: MirrorOptions = {}): Promise<Mirror> {
    const mirror = await Mirror.startWithoutFetcher(options);
    return mirror.#orStopped(() => mirror.startFetcher());
  }

  /** Both programs again, on the same folder and port, as after a restart of the pod. */
  async restart(): Promise<void> {
    await this.#nginx.stop();
    await this.stopFetcher();
    this.#nginx = startNginx(this.folder);
    await this.#untilListening();
    await this.startFetcher();
  }

  async startFetcher(): Promise<void> {
    const fetcher = startFetcher(this.folder);
    this.#fetcher = fetcher;
    const path = this.folder.path(podLayout.sockets, 'fetcher.sock');
    await this.#until('the fetcher listens', fetcher, () => accepts({ path }));
  }

  async stopFetcher(signal?: NodeJS.Signals): Promise<void> {
    await this.#fetcher?.stop(signal);
  }

  /** A certificate by the authority that the client trusts. */
  issueCertificate(names: readonly string[]): Promise<ServingCertificate> {
    return this.#authority.issue(names);
  }

  /** The last log line about a path. nginx writes it when the client has everything already: poll for it. */
  lastLogged(path: string): LogLine | undefined {
    const lines = this.#nginx.stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => logLine.parse(JSON.parse(line))).findLast((line) => line['http.request.uri'] === path);
  }

  async stop(): Promise<void> {
    await this.#nginx.stop();
    await this.stopFetcher();
    await this.folder.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Itself once it is started; nothing is left of one that does not start. */
  async #orStopped(start: () => Promise<void>): Promise<this> {
    try {
      await start();
      return this;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  #untilListening(): Promise<void> {
    return this.#until('nginx listens', this.#nginx, () => accepts({ host: '127.0.0.1', port: this.#port }));
  }

  async #until(what: string, program: Program, isReady: () => Promise<boolean>): Promise<void> {
    await until(what, async () => {
      if (!program.isRunning) throw new Error(`${what}: no, it has ended: ${program.stderr}`);
      return isReady();
    });
  }
}

function accepts(
  address: { readonly host: string; readonly port: number } | { readonly path: string },
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
