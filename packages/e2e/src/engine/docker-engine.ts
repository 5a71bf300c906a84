import { runProgram, type RunOptions } from '../run-program.ts';

/** A Docker engine, and how programs reach it. */
export class DockerEngine {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`. */
  readonly host: string;

  constructor(host: string) {
    this.host = host;
  }

  /** The variables by which docker, kind and testcontainers find this engine. */
  get environment(): Readonly<Record<string, string>> {
    // The reaper of testcontainers is an image of its own; whoever starts containers here removes them again. Without
    // BuildKit an engine builds with what it has: that is all these Dockerfiles need.
    return { DOCKER_HOST: this.host, TESTCONTAINERS_RYUK_DISABLED: 'true', DOCKER_BUILDKIT: '0' };
  }

  /** Runs `docker` with these arguments and returns what it prints. Fails with its complaint. */
  docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return runProgram('docker', args, { ...options, env: { ...this.environment, ...options.env } });
  }

  /** The engine's version; undefined when none answers. */
  async version(): Promise<string | undefined> {
    const asked = this.docker(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 10_000 });
    return asked.then(
      (version) => version.trim(),
      () => undefined,
    );
  }

  /** Whether any container runs. */
  async isBusy(): Promise<boolean> {
    return (await this.docker(['ps', '--quiet'])).trim() !== '';
  }

  /** Builds an image, in place of the one of that name, which would else stay without any. `args` are of `docker build`. */
  async build(image: string, args: readonly string[]): Promise<void> {
    const former = await this.#imageId(image);
    await this.docker(['build', '--quiet', '--tag', image, ...args]);
    if (former !== undefined && former !== (await this.#imageId(image))) await this.removeImages([former]);
  }

  async hasImage(image: string): Promise<boolean> {
    return (await this.#imageId(image)) !== undefined;
  }

  /** Takes images from the engine, as far as no container and no other image needs them. */
  async removeImages(images: readonly string[]): Promise<void> {
    for (const image of images) await this.docker(['rmi', image]).catch(() => {});
  }

  /** The names of all images of a repository, the newest first. */
  async imagesOf(repository: string): Promise<readonly string[]> {
    const names = await this.docker(['images', '--format', '{{.Repository}}:{{.Tag}}', repository]);
    return names.split('\n').filter(Boolean);
  }

  /** The size of all layers of an image, in bytes. */
  async imageSize(image: string): Promise<number> {
    return Number(await this.docker(['image', 'inspect', '--format', '{{.Size}}', image]));
  }

  async #imageId(image: string): Promise<string | undefined> {
    return this.docker(['image', 'inspect', '--format', '{{.Id}}', image]).then(
      (id) => id.trim(),
      () => undefined,
    );
  }
}
