import { eventually } from '@entrepot/control-plane';
import type { GroupVersionKind, KubernetesObject, ObjectKey } from '@entrepot/kube';
import { z } from 'zod';
import { PersistentVolumeClaim, StatefulSet, StorageClass } from '../../src/api/group.ts';
import type { Cluster } from './operator.ts';

const PersistentVolume: GroupVersionKind = { group: '', version: 'v1', kind: 'PersistentVolume' };
const specShape = z.looseObject({ resources: z.object({ requests: z.object({ storage: z.string() }) }) });
const claimShape = z.object({ spec: specShape });
const phaseShape = z.object({ status: z.object({ phase: z.string().optional() }) });
const serverShape = z.object({
  spec: z.object({ volumeClaimTemplates: z.tuple([z.object({ spec: z.record(z.string(), z.unknown()) })]) }),
});

/** A driver of volumes, in place of a real one: claims are bound by Kubernetes to what is made here. */
export class Volumes {
  /** A class of volumes that can grow. */
  readonly growing: string;
  /** One of volumes that cannot. */
  readonly fixed: string;
  readonly #cluster: Cluster;
  readonly #made: KubernetesObject[] = [];

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.growing = `growing-${cluster.namespace}`;
    this.fixed = `fixed-${cluster.namespace}`;
  }

  static async start(cluster: Cluster): Promise<Volumes> {
    const volumes = new Volumes(cluster);
    await volumes.#make(storageClass(volumes.growing, { allowVolumeExpansion: true }));
    await volumes.#make(storageClass(volumes.fixed, {}));
    return volumes;
  }

  /** Makes the claims of replicas by what the StatefulSet says, as its controller would, and gives each a volume. */
  async claims(mirror: string, ...replicas: readonly number[]): Promise<void> {
    const name = `registry-mirror-${mirror}`;
    const { namespace, client } = this.#cluster;
    const server = await client.get(StatefulSet, { namespace, name });
    const [template] = serverShape.parse(server).spec.volumeClaimTemplates;
    await Promise.all(replicas.map((replica) => this.claim(mirror, replica, template.spec)));
  }

  /** Makes the claim of a replica, and gives it a volume. */
  async claim(mirror: string, replica: number, spec: object): Promise<void> {
    const { namespace, client } = this.#cluster;
    const name = claimName(mirror, replica);
    const volumeName = `${namespace}-${name}`;
    const claim = { storageClassName: '', ...specShape.parse(spec), volumeName };
    await this.#make({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: {
        capacity: claim.resources.requests,
        accessModes: ['ReadWriteOnce'],
        storageClassName: claim.storageClassName,
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name },
        csi: { driver: 'test.example.com', volumeHandle: name },
      },
    });
    // Whoever binds looks for a volume that it does not know yet only every 15 seconds.
    await this.#phase(PersistentVolume, { name: volumeName }, 'Available');
    await client.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace, name, labels: { app: 'docker-registry', mirror } },
      spec: claim,
    });
    await this.#phase(PersistentVolumeClaim, { namespace, name }, 'Bound');
  }

  /** What the claim of a replica asks for. */
  async requested(mirror: string, replica: number): Promise<string> {
    const key = { namespace: this.#cluster.namespace, name: claimName(mirror, replica) };
    const live = await this.#cluster.client.get(PersistentVolumeClaim, key);
    return claimShape.parse(live).spec.resources.requests.storage;
  }

  /** Says of a claim what a driver would. */
  async say(mirror: string, replica: number, status: object): Promise<void> {
    await this.#cluster.setReady(PersistentVolumeClaim, claimName(mirror, replica), status);
  }

  /** Takes everything away that does not go with the namespace. */
  async leave(): Promise<void> {
    for (const { kind, metadata } of this.#made) {
      const type = kind === StorageClass.kind ? StorageClass : PersistentVolume;
      await this.#cluster.client.delete(type, { name: metadata.name });
    }
  }

  async #phase(kind: GroupVersionKind, key: ObjectKey, phase: string): Promise<void> {
    await eventually(async () => {
      const found = phaseShape.parse(await this.#cluster.client.get(kind, key)).status.phase;
      if (found !== phase) throw new Error(`${kind.kind} ${key.name} is ${found}`);
    });
  }

  async #make(object: KubernetesObject): Promise<void> {
    this.#made.push(await this.#cluster.client.create(object));
  }
}

/** As the StatefulSet's controller calls it. */
function claimName(mirror: string, replica: number): string {
  return `image-store-registry-mirror-${mirror}-${replica}`;
}

function storageClass(name: string, more: object): KubernetesObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'test.example.com',
    ...more,
  };
}
