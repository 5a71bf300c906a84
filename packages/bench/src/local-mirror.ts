import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { freePort } from '@entrepot/control-plane';
import { podLayout, type TemplateInput } from '@entrepot/core';
import { nginxTemplate } from '@entrepot/nginx-templates';
import { ThrowawayAuthority } from '@entrepot/testkit';
import { LocalProcess } from './local-process.ts';
import { cpuSecondsOf, type Memory, memoryOf } from './process-usage.ts';
import { mirrorFetcher } from './programs.ts';

/** nginx and the fetcher as they run in a mirror's pod, in a folder that stands for its root. */
export class LocalMirror implements AsyncDisposable {
  readonly host: string;
  /** The authority of its certificate, in PEM. */
  readonly caFile: string;
  readonly #fetcher: LocalProcess;
  readonly #nginx: LocalProcess;

  private constructor(host: string, caFile: string, nginx: LocalProcess, fetcher: LocalProcess) {
    this.host = host;
    this.caFile = caFile;
    this.#nginx = nginx;
    this.#fetcher = fetcher;
  }

  /** A mirror of a registry that speaks plain HTTP, with all settings as they are when nobody sets them. */
  static async start(folder: string, upstream: string): Promise<LocalMirror> {
    const port = await freePort();
    const caFile = join(folder, 'ca.crt');
    await writeFiles(folder, await filesOf(upstream, port, caFile));
    const fetcher = await LocalProcess.start(
      [...mirrorFetcher, '--config', `${podLayout.config}/fetcher.json`],
      folder,
      join(folder, 'fetcher.log'),
      (log) => log.includes('"listening"'),
    );
    // Started by root, nginx would hand its work to a user that cannot read the folder. In a pod it is never root.
    const globals = `daemon off;${process.getuid?.() === 0 ? ' user root;' : ''}`;
    const nginx = await LocalProcess.start(
      ['nginx', '-e', 'stderr', '-p', './', '-c', `${podLayout.config}/default.conf`, '-g', globals],
      folder,
      join(folder, 'nginx.log'),
      () => accepts(port),
    ).catch(async (error: unknown) => {
      await fetcher.stop();
      throw error;
    });
    return new LocalMirror(`127.0.0.1:${port}`, caFile, nginx, fetcher);
  }

  fetcherMemory(): Promise<Memory> {
    return memoryOf(this.#fetcher.pid);
  }

  fetcherCpuSeconds(): Promise<number> {
    return cpuSecondsOf(this.#fetcher.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#nginx.stop();
    await this.#fetcher.stop();
  }
}

type Files = Readonly<Record<string, string>>;

async function filesOf(upstream: string, port: number, caFile: string): Promise<Files> {
  const input: TemplateInput = {
    mirror: { name: 'bench', masqueradeHost: 'bench.example.test' },
    ipFamilies: ['IPv4'],
    upstream: {
      host: upstream,
      plainHTTP: true,
      redirectHosts: [],
      tokenHosts: [],
      hasCredentials: false,
      hasCABundle: false,
    },
    cache: { tagTTLSeconds: 30, staleIfErrorSeconds: 604_800, maxSizeBytes: 2 ** 34 },
    layout: { ...podLayout, port },
  };
  const { files } = nginxTemplate.render(input, nginxTemplate.options.parse({ listenAddress: '127.0.0.1' }));
  const authority = await ThrowawayAuthority.create();
  const { cert, key } = await authority.issue(['127.0.0.1']);
  return {
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [join(podLayout.config, name), text])),
    [join(podLayout.servingCertificate, 'tls.crt')]: cert,
    [join(podLayout.servingCertificate, 'tls.key')]: key,
    [podLayout.publicCertificate]: cert,
    [caFile]: authority.caCertificate,
  };
}

async function writeFiles(root: string, files: Files): Promise<void> {
  const { store, sockets, scratch } = podLayout;
  for (const folder of [store, sockets, scratch]) await mkdir(join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = name.startsWith(root) ? name : join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}
