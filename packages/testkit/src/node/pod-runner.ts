import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Watchdog } from '@entrepot/control-plane';
import { formatKey, keyOf, WaitingError, type Clock } from '@entrepot/kube';
import { ContainerProcess } from './container-process.ts';
import { ContainerRunner } from './container-runner.ts';
import { containerEnvironment, expand } from './environment.ts';
import { commandLine, imageEnvironment, type ImageProgram } from './images.ts';
import type { NodePorts } from './node-ports.ts';
import type { PodSources } from './pod-sources.ts';
import { podStatus, type ContainerReport, type PodAddress } from './pod-status.ts';
import { PodVolumes } from './pod-volumes.ts';
import type { Container, Pod, TokenSource } from './pod.ts';
import { ProcessNamespace } from './process-namespace.ts';
import type { SandboxOptions } from './sandbox.ts';

/** What the pods of a node have in common. */
export interface PodSurroundings {
  readonly directory: string;
  readonly hostRoot: string;
  readonly images: Readonly<Record<string, ImageProgram>>;
  readonly apiServer: URL;
  readonly ports: NodePorts;
  readonly watchdog: Watchdog;
  readonly clock: Clock;
}

/** What one pod brings along. */
export interface PodRunnerOptions extends PodSurroundings {
  readonly pod: Pod;
  readonly address: PodAddress;
  readonly sources: PodSources;
  readonly token: (pod: Pod, source: TokenSource) => Promise<string>;
  readonly onChange: () => void;
}

/** Runs one pod, from its volumes to the end of its last process. */
export class PodRunner {
  readonly uid: string;
  readonly #options: PodRunnerOptions;
  readonly #pod: Pod;
  readonly #name: string;
  readonly #volumes: PodVolumes;
  readonly #containers: ReadonlyMap<string, ContainerRunner>;
  #syncing: Promise<void> = Promise.resolve();
  #namespace: Promise<ProcessNamespace> | undefined;

  constructor(options: PodRunnerOptions) {
    const { pod, address, directory, hostRoot, token, clock, onChange } = options;
    this.#options = options;
    // Downward API fields read the pod's addresses from its status, which the API server may not have yet.
    this.#pod = { ...pod, status: { ...pod.status, ...address } };
    this.#name = formatKey(keyOf(pod));
    this.uid = pod.metadata.uid ?? '';
    const folders = { pod: this.#folder('volumes'), claims: join(directory, 'claims'), host: hostRoot };
    this.#volumes = new PodVolumes(folders, token);
    const restartPolicy = pod.spec.restartPolicy ?? 'Always';
    this.#containers = new Map(
      pod.spec.containers.map((container) => [
        container.name,
        new ContainerRunner({ container, restartPolicy, launch: () => this.#launch(container), onChange, clock }),
      ]),
    );
  }

  start(): void {
    for (const container of this.#containers.values()) container.start();
  }

  /** Brings the volumes of a running pod up to date; what is missing now stays as it was. */
  async syncVolumes(): Promise<void> {
    await this.#sync().catch((error: unknown) => {
      if (!(error instanceof WaitingError)) throw error;
    });
  }

  /** The status to report, given what was reported last. */
  status(previous: Pod['status']): Readonly<Record<string, unknown>> {
    const reports = new Map<string, ContainerReport>();
    for (const [name, container] of this.#containers) reports.set(name, container.report);
    const now = new Date(this.#options.clock.now()).toISOString();
    return podStatus(this.#pod.spec, previous, reports, this.#options.address, now);
  }

  /** Ends all containers, at the latest after `graceMs`, and removes what belongs to the pod alone. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#containers.values()].map((container) => container.stop(graceMs)));
    await this.#namespace?.then((namespace) => namespace.end()).catch(() => {});
    this.#options.ports.release(this.#name);
    await this.#syncing.catch(() => {});
    await rm(this.#folder('.'), { recursive: true, force: true });
  }

  #folder(name: string): string {
    return join(this.#options.directory, 'running', this.#options.pod.metadata.uid ?? '', name);
  }

  /** One at a time: several containers start at once, and objects change meanwhile. */
  #sync(): Promise<void> {
    this.#syncing = this.#syncing.catch(() => {}).then(() => this.#volumes.sync(this.#pod, this.#options.sources));
    return this.#syncing;
  }

  async #launch(container: Container): Promise<ContainerProcess> {
    const { images, apiServer, ports, sources, watchdog } = this.#options;
    if ((this.#pod.spec.initContainers ?? []).length > 0) {
      throw new WaitingError('NotSupported', 'this node runs no init containers', 60_000);
    }
    const image = images[container.image];
    if (image === undefined) {
      throw new WaitingError('ErrImagePull', `this node knows no program for the image ${container.image}`, 60_000);
    }
    ports.claim(this.#name, container.ports?.map(({ containerPort }) => containerPort) ?? []);
    await this.#sync();
    const environment = containerEnvironment(imageEnvironment(image, apiServer), container, this.#pod, sources);
    const expanded = (texts: readonly string[] = []): readonly string[] =>
      texts.map((text) => expand(text, environment));
    return ContainerProcess.start({
      command: commandLine(image, expanded(container.command), expanded(container.args)),
      environment,
      sandbox: await this.#sandbox(container, image),
      logFile: await this.#logFile(container),
      watchdog,
      namespace: await this.#sharedNamespace(),
    });
  }

  /** Of all containers; none when each is to have its own. */
  #sharedNamespace(): Promise<ProcessNamespace> | undefined {
    if (this.#pod.spec.shareProcessNamespace !== true) return undefined;
    this.#namespace ??= ProcessNamespace.start(this.#options.watchdog);
    return this.#namespace;
  }

  async #sandbox(container: Container, image: ImageProgram): Promise<SandboxOptions> {
    const root = this.#folder(join('roots', container.name));
    await mkdir(root, { recursive: true });
    const security = { ...this.#pod.spec.securityContext, ...container.securityContext };
    const uid = security.runAsUser ?? 0;
    return {
      root,
      folders: image.folders ?? [],
      mounts: await this.#volumes.mounts(this.#pod, container),
      isRootReadOnly: security.readOnlyRootFilesystem === true,
      workingDirectory: container.workingDir ?? '/',
      user: uid === 0 ? undefined : { uid, gid: security.runAsGroup ?? uid },
    };
  }

  async #logFile({ name }: Container): Promise<string> {
    const path = podLogFile(this.#options.directory, this.#pod.metadata.name, name);
    await mkdir(join(path, '..'), { recursive: true });
    return path;
  }
}

/** `<directory>/pods/<pod>/<container>.log`; a pod that comes back under the same name carries on its log. */
export function podLogFile(directory: string, pod: string, container: string): string {
  return join(directory, 'pods', pod, `${container}.log`);
}
