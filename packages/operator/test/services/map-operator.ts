import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigMap, RegistryMirror, registryMirrorCRD, Service } from '@entrepot/core';
import { poll } from '@entrepot/control-plane';
import { z } from 'zod';
import { entrepot, type Ended } from '../cli/run-program.ts';
import { RunningOperator } from '../operator/running-operator.ts';
import { TestCluster } from '../operator/test-cluster.ts';

export const namespace = 'mirrors';
const Lease = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' };
export const mapKey = { namespace: 'imageswap-system', name: 'imageswap-maps' };

const dataOfMap = z.looseObject({ data: z.looseObject({ maps: z.string() }) });
const addresses = z.looseObject({ spec: z.looseObject({ clusterIPs: z.array(z.string()) }) });

/** A cluster with IPv4 and IPv6 Services, and operators in it that keep the map. */
export class MapCluster {
  readonly cluster: TestCluster;
  readonly stateFile: string;
  readonly #folder: string;
  #running: RunningOperator | undefined;

  get #environment() {
    return {
      NAMESPACE: namespace,
      ADDRESSING_SCHEME: 'services',
      IMAGESWAP_NAMESPACE: mapKey.namespace,
      IMAGESWAP_MAP_STATE_FILE: this.stateFile,
    };
  }

  private constructor(cluster: TestCluster, folder: string) {
    this.cluster = cluster;
    this.#folder = folder;
    this.stateFile = join(folder, 'map-state');
  }

  static async start(): Promise<MapCluster> {
    const cluster = await TestCluster.start({ serviceClusterIPRange: '127.64.0.0/16,fd00:64::/112' });
    await cluster.apply({ ...registryMirrorCRD() });
    for (const name of [namespace, mapKey.namespace]) {
      await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    const isServed = async () =>
      cluster.client.list(RegistryMirror).then(
        () => true,
        () => false,
      );
    await poll('the kind RegistryMirror', isServed, { deadlineMs: 60_000, everyMs: 50 });
    return new MapCluster(cluster, await mkdtemp(join(tmpdir(), 'entrepot-map-')));
  }

  async stop(): Promise<void> {
    await this.stopOperator();
    await rm(this.#folder, { recursive: true });
    await this.cluster.stop();
  }

  startOperator(
    environment: Readonly<Record<string, string>> = {},
    kubeconfig = this.cluster.plane.kubeconfig,
  ): RunningOperator {
    this.#running = new RunningOperator(kubeconfig, { ...this.#environment, ...environment });
    return this.#running;
  }

  async stopOperator(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async killOperator(): Promise<void> {
    await this.#running?.killOutright();
    this.#running = undefined;
  }

  /** What `--map-check` says of the map, as a probe of the running operator would. */
  async check(): Promise<Ended> {
    const environment = this.#environment;
    return entrepot(['operator', '--map-check', '--kubeconfig', this.cluster.plane.kubeconfig], { environment });
  }

  /** Makes somebody else the leader who has just renewed the Lease, or nobody. */
  async setLeaseHolder(holderIdentity: string): Promise<void> {
    const lease = { namespace, name: 'entrepot-operator' };
    await this.cluster.client.patch(Lease, lease, { spec: { holderIdentity } }, { type: 'merge' });
  }

  /** The text of the map; undefined where there is none. */
  async mapText(key: { readonly namespace: string; readonly name: string } = mapKey): Promise<string | undefined> {
    return dataOfMap.safeParse(await this.cluster.client.get(ConfigMap, key)).data?.data.maps;
  }

  /** Resolves when the map is this text; with how long that took. */
  async mapIs(text: string): Promise<number> {
    const startedAt = performance.now();
    const isSo = async () => {
      const found = await this.mapText();
      if (found !== text) throw new Error(`it is ${JSON.stringify(found)}`);
      return true;
    };
    await poll(`the map to be ${JSON.stringify(text)}`, isSo, { deadlineMs: 60_000, everyMs: 5 });
    return performance.now() - startedAt;
  }

  /** What somebody else makes of the map. */
  async editMap(text: string | null): Promise<void> {
    await this.cluster.client.patch(ConfigMap, mapKey, { data: { maps: text } }, { type: 'merge' });
  }

  /** A mirror whose Service exists before any operator looks at it, of these address families. */
  async mirrorWithService(name: string, families: object): Promise<readonly string[]> {
    await this.cluster.mirror(name, { upstreamUrl: `${name}.io` });
    const { uid } = (await this.cluster.client.get(RegistryMirror, { name }))?.metadata ?? {};
    const owner = { apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name, uid };
    const labels = { app: 'docker-registry', mirror: name };
    await this.cluster.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `registry-mirror-${name}`, namespace, labels, ownerReferences: [owner] },
      spec: { ports: [{ name: 'https', port: 443, targetPort: 'https' }], selector: labels, ...families },
    });
    return this.addressesOf(name);
  }

  async addressesOf(name: string): Promise<readonly string[]> {
    const key = { namespace, name: `registry-mirror-${name}` };
    await poll(
      `Service ${key.name}`,
      async () => addresses.safeParse(await this.cluster.client.get(Service, key)).success,
      { deadlineMs: 60_000, everyMs: 20 },
    );
    return addresses.parse(await this.cluster.client.get(Service, key)).spec.clusterIPs;
  }
}

/** Our part of a map. */
export function block(lines: string): string {
  return `# entrepot begin imageswap\n${lines}# entrepot end imageswap\n`;
}
