import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { clusterNetwork, neighbourLabel } from '../cluster/cluster.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';

/** The account of a registry that asks for one. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

/** What an {@link Upstream} is started with. */
export interface UpstreamOptions {
  readonly engine: DockerEngine;
  /** From {@link registryImage}. */
  readonly image: string;
  /** The name of the cluster that pulls from it, and with which it goes if nobody takes it away before. */
  readonly cluster: string;
  /** Its name on that network. */
  readonly name: string;
  /** PEM texts; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Basic auth; open to all without. */
  readonly account?: Account;
}

const port = 5000;

/** A registry in a container of its own, outside of the cluster. It keeps its content while it is stopped. */
export class Upstream {
  /** As a RegistryMirror's upstreamUrl takes it. */
  readonly host: string;
  readonly #container: StartedTestContainer;
  readonly #engine: DockerEngine;

  private constructor(host: string, container: StartedTestContainer, engine: DockerEngine) {
    this.host = host;
    this.#container = container;
    this.#engine = engine;
  }

  static async start({ engine, image, cluster, name, tls, account }: UpstreamOptions): Promise<Upstream> {
    const files = Object.entries({ 'tls.crt': tls?.cert, 'tls.key': tls?.key }).flatMap(([file, content]) =>
      content === undefined ? [] : [{ content, target: `/tls/${file}` }],
    );
    const secured = tls === undefined ? [] : ['--tls-cert', '/tls/tls.crt', '--tls-key', '/tls/tls.key'];
    const closed = account === undefined ? [] : ['--basic-auth', `${account.username}:${account.password}`];
    const container = await new GenericContainer(image)
      .withCommand(['--listen', `:${port}`, '--root', '/content', '--verbose', ...secured, ...closed])
      .withLabels({ [neighbourLabel]: cluster })
      .withNetworkMode(clusterNetwork)
      .withNetworkAliases(name)
      .withCopyContentToContainer(files)
      .withExposedPorts(port)
      .withWaitStrategy(Wait.forLogMessage('listening on'))
      .start();
    return new Upstream(`${name}:${port}`, container, engine);
  }

  /** Where this machine reaches it, to fill it; another port after every start. */
  async localHost(): Promise<string> {
    const published = await this.#engine.docker(['port', this.#container.getId(), String(port)]);
    return `127.0.0.1:${published.trim().split('\n')[0]?.split(':').at(-1)}`;
  }

  /** The requests that it has answered so far, by its own log: `GET /v2/team/app/manifests/1`. */
  async requests(): Promise<readonly string[]> {
    return (await this.#answers()).map(
      (line) => `${field(line, 'http.request.method')} ${field(line, 'http.request.uri')}`,
    );
  }

  /** How many bytes of blobs of a repository it has given out so far, by the same log. */
  async bytesOfBlobs(repository: string): Promise<number> {
    const answers = (await this.#answers()).filter(
      (line) =>
        field(line, 'http.request.method') === 'GET' &&
        field(line, 'http.request.uri').startsWith(`/v2/${repository}/blobs/`),
    );
    return answers.reduce((sum, line) => sum + Number(field(line, 'http.response.written')), 0);
  }

  /** From now on its host does not answer. */
  async stop(): Promise<void> {
    await this.#engine.docker(['stop', '--time', '1', this.#container.getId()]);
  }

  /** Lets it answer again after {@link stop}. */
  async resume(): Promise<void> {
    await this.#engine.docker(['start', this.#container.getId()]);
  }

  /** Takes it away, with its content. */
  async remove(): Promise<void> {
    await this.#container.stop({ timeout: 1000, removeVolumes: true });
  }

  async #answers(): Promise<readonly string[]> {
    const log = await this.#engine.docker(['logs', this.#container.getId()]);
    return log.split('\n').filter((line) => line.includes('http.response.status'));
  }
}

function field(line: string, name: string): string {
  return new RegExp(`${name}="?([^ "]+)`).exec(line)?.[1] ?? '?';
}
