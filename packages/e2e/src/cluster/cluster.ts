import { join } from 'node:path';
import { kubernetesPrograms, timed, type Progress } from '@entrepot/control-plane';
import type { DockerEngine } from '../engine/docker-engine.ts';
import type { NodeImages } from '../node-image/built-node-image.ts';
import { kindProgram } from '../node-image/node-programs.ts';
import { runProgram } from '../run-program.ts';
import { waitFor } from '../wait-for.ts';
import { widestFamily } from './ip-family.ts';
import { kindConfig, type IpFamily, type KindConfigInput } from './kind-config.ts';
import { localVolumes, volumeFolders } from './local-volumes.ts';
import { nodeAddresses, startWorker } from './start-worker.ts';

/** What tells a cluster: enough to find it again from another process. */
export interface ClusterAddress {
  readonly name: string;
  readonly kubeconfig: string;
}

/** What {@link Cluster.up} makes. */
export interface ClusterOptions {
  readonly name: string;
  /** Of containerd 1 the control plane's node and every other worker, of containerd 2 the rest. */
  readonly images: NodeImages;
  /** Nodes beside the one of the control plane. */
  readonly workers: number;
  /** Both families, IPv4 first, when not given and where the engine can. */
  readonly ipFamily?: IpFamily | undefined;
  /** A folder for the kubeconfig. */
  readonly folder: string;
  readonly onProgress: Progress;
}

/** The Docker network of all clusters' nodes. What lies outside of a cluster and is asked from there is on it, too. */
export const clusterNetwork = 'kind';

/** The label of containers that are started for a cluster and are not its nodes; its value is the cluster's name. */
export const neighbourLabel = 'entrepot.cluster';

const readyTimeoutMs = 180_000;

/** A kind cluster. */
export class Cluster {
  readonly address: ClusterAddress;
  readonly #engine: DockerEngine;
  readonly #programs: { readonly kind: string; readonly kubectl: string };

  private constructor(address: ClusterAddress, engine: DockerEngine, programs: { kind: string; kubectl: string }) {
    this.address = address;
    this.#engine = engine;
    this.#programs = programs;
  }

  /** A cluster that is there already. */
  static async at(address: ClusterAddress, engine: DockerEngine, onProgress: Progress): Promise<Cluster> {
    const { kubectl } = await kubernetesPrograms(onProgress);
    return new Cluster(address, engine, { kind: await kindProgram(onProgress), kubectl });
  }

  /** Makes a cluster, in place of one of that name. Done when every node and every pod of the cluster's own is ready. */
  static async up(
    engine: DockerEngine,
    { name, images, workers, ipFamily, folder, onProgress }: ClusterOptions,
  ): Promise<Cluster> {
    const cluster = await Cluster.at({ name, kubeconfig: join(folder, 'kubeconfig') }, engine, onProgress);
    await cluster.down();
    const family = ipFamily ?? (await widestFamily(engine, clusterNetwork));
    await timed(onProgress, `cluster ${name}`, `starting 1 + ${workers} nodes`, () =>
      cluster.#kind(
        ['create', 'cluster', '--config', '-'],
        kindConfig({ ipFamily: family, ...mixed(images, workers) }),
      ),
    );
    for (const node of await cluster.nodes()) await cluster.#addVolumes(node);
    await cluster.untilReady(onProgress);
    return cluster;
  }

  /** Takes the cluster away, with everything on its nodes and with its neighbours. */
  async down(): Promise<void> {
    await this.#kind(['delete', 'cluster']);
    await this.removeNeighbours();
  }

  /** Takes away what has this cluster's {@link neighbourLabel}: after an interruption nobody else does. */
  async removeNeighbours(): Promise<void> {
    const filter = `label=${neighbourLabel}=${this.address.name}`;
    const containers = (await this.#engine.docker(['ps', '--all', '--quiet', '--filter', filter])).trim();
    if (containers !== '') await this.#engine.docker(['rm', '--force', '--volumes', ...containers.split('\n')]);
  }

  /** Runs kubectl and returns what it prints. */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    const options = input === undefined ? {} : { input };
    return runProgram(this.#programs.kubectl, ['--kubeconfig', this.address.kubeconfig, ...args], options);
  }

  /** Applies objects, whoever applied them before. */
  async apply(...items: readonly object[]): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  /** The names of the nodes, which are those of their containers. */
  async nodes(): Promise<readonly string[]> {
    const output = await runProgram(this.#programs.kind, ['get', 'nodes', '--name', this.address.name], {
      env: this.#engine.environment,
    });
    return output.trim().split('\n').sort();
  }

  /** Runs a program on a node and returns what it prints. */
  onNode(node: string, ...command: readonly string[]): Promise<string> {
    return this.#engine.docker(['exec', node, ...command]);
  }

  /** Runs a program on a node that goes on after this. */
  async detached(node: string, ...command: readonly string[]): Promise<void> {
    await this.#engine.docker(['exec', '--detach', node, ...command]);
  }

  /** Takes the power from a node, until {@link powerOn}. */
  async powerOff(node: string): Promise<void> {
    await this.#engine.docker(['kill', node]);
  }

  /** Gives a node its power back. Done when its container runs; see {@link untilReady}. */
  async powerOn(node: string): Promise<void> {
    await this.#engine.docker(['start', node]);
  }

  /**
   * Adds a worker: a machine that was never part of the cluster, with nothing but what its node image has. Done when the
   * cluster knows it; it need not be ready.
   *
   * @param like the node whose image it has, and the families of addresses
   * @param images of the engine that it has before it joins
   */
  async addNode(node: string, like: string, images: readonly string[] = []): Promise<void> {
    const { name: cluster } = this.address;
    await startWorker(this.#engine, { cluster, node, like, network: clusterNetwork });
    const runs = async (): Promise<string | undefined> =>
      this.onNode(node, 'systemctl', 'is-active', 'containerd').then(() => undefined);
    await waitFor(`containerd runs on ${node}`, runs, { timeoutMs: readyTimeoutMs, onProgress: () => {} });
    if (images.length > 0) await this.load(images, [node]);
    const [controlPlane = ''] = await this.nodes();
    const join = await this.onNode(controlPlane, 'kubeadm', 'token', 'create', '--print-join-command');
    // By itself it takes one address only. kind tells those that a cluster begins with.
    const addresses = (await nodeAddresses(this.#engine, node)).join();
    await this.onNode(node, 'sh', '-c', `echo KUBELET_EXTRA_ARGS=--node-ip=${addresses} >/etc/default/kubelet`);
    // Its checks find fault with any container.
    await this.onNode(node, ...join.trim().split(/\s+/), '--skip-phases=preflight');
    await this.#addVolumes(node);
  }

  /** Takes a worker away for good, with its disks, and tells the cluster so. */
  async removeNode(node: string): Promise<void> {
    await this.#engine.docker(['rm', '--force', '--volumes', node]);
    await this.kubectl(['delete', 'node', node, '--ignore-not-found']);
  }

  /** Takes the power from all nodes at once, and gives it back. Done when their containers run; see {@link untilReady}. */
  async reboot(): Promise<void> {
    const nodes = await this.nodes();
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}} {{slice .Name 1}}';
    const lines = (await this.#engine.docker(['inspect', '--format', format, ...nodes])).trim().split('\n');
    // The engine gives the lowest address that is free: in this order each node gets its own again, as real ones do.
    const byAddress = lines.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }));
    await this.#engine.docker(['kill', ...nodes]);
    for (const line of byAddress) await this.#engine.docker(['start', line.replace(/^.* /, '')]);
  }

  /** Done when every node and every pod of the cluster's own is ready. */
  async untilReady(onProgress: Progress, timeoutMs = readyTimeoutMs): Promise<void> {
    await waitFor(`cluster ${this.address.name} is ready`, () => this.#notReady(), { timeoutMs, onProgress });
  }

  /**
   * Empties the volumes whose claims are gone, and gives them to whoever claims one next.
   *
   * @param isOurs of which claims: what others release meanwhile is theirs to renew
   */
  async renewVolumes(isOurs: (claim: string) => boolean): Promise<void> {
    const released = '{range .items[?(@.status.phase=="Released")]}';
    const fields = '{.metadata.name} {.metadata.labels.node} {.spec.local.path} {.spec.claimRef.name}';
    const columns = `jsonpath=${released}${fields}{"\\n"}{end}`;
    const lines = (await this.kubectl(['get', 'persistentvolumes', '-o', columns])).trim();
    for (const line of lines.split('\n').filter(Boolean)) {
      const [name = '', node = '', path = '', claim = ''] = line.split(' ');
      if (!isOurs(claim)) continue;
      // Anew, with its first owner and mode: a kubelet looks at these to see whether it has prepared a volume before.
      await this.onNode(node, 'rm', '-rf', path);
      await this.onNode(node, 'mkdir', path);
      await this.kubectl(['patch', 'persistentvolume', name, '--type', 'merge', '-p', '{"spec": {"claimRef": null}}']);
    }
  }

  /** Gives images of the engine to these nodes; to every node when none are named. */
  async load(images: readonly string[], nodes: readonly string[] = []): Promise<void> {
    const only = nodes.length === 0 ? [] : ['--nodes', nodes.join()];
    await this.#kind(['load', 'docker-image', ...images, ...only]);
  }

  /** Writes journals of the nodes and logs of all pods into a folder. */
  async exportLogs(folder: string): Promise<void> {
    await this.#kind(['export', 'logs', folder]);
  }

  #kind(args: readonly string[], input?: string): Promise<string> {
    const { name, kubeconfig } = this.address;
    const where = ['--name', name, ...(args[0] === 'load' || args[0] === 'export' ? [] : ['--kubeconfig', kubeconfig])];
    return runProgram(this.#programs.kind, [...args, ...where], {
      env: this.#engine.environment,
      ...(input !== undefined && { input }),
    });
  }

  async #addVolumes(node: string): Promise<void> {
    await this.onNode(node, 'mkdir', '-p', ...volumeFolders);
    await this.apply(...localVolumes(node));
  }

  async #notReady(): Promise<string | undefined> {
    const ready = '{.status.conditions[?(@.type=="Ready")].status}';
    const columns = `{range .items[*]}{.kind} {.metadata.name} ${ready}{"\\n"}{end}`;
    const lines = await this.kubectl(['get', 'nodes,pods', '-n', 'kube-system', '-o', `jsonpath=${columns}`]);
    const waiting = lines
      .trim()
      .split('\n')
      .filter((line) => !line.endsWith(' True'));
    return waiting.length === 0 ? undefined : `not ready: ${waiting.join(', ')}`;
  }
}

/** Nodes of both kinds, wherever there is more than one worker: what every node does is done by both. */
function mixed({ containerd1, containerd2 }: NodeImages, workers: number): Omit<KindConfigInput, 'ipFamily'> {
  const images = Array.from({ length: workers }, (_, index) => (index % 2 === 0 ? containerd1 : containerd2));
  return { controlPlane: containerd1, workers: images };
}
