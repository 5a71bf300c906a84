import { isNotFound, isOlder, type KubeClient, type KubernetesObject } from '@entrepot/kube';
import { fieldManager, nodesFinalizer, RegistryMirror } from '../api/group.ts';

/** Keeps a RegistryMirror in the cluster, also when it is deleted, for as long as nodes have something of it. */
export class NodeFinalizer {
  readonly #client: KubeClient;
  /** What was written last, for as long as the informer still shows a mirror as it was before. */
  readonly #written = new Map<string, KubernetesObject>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Whether a mirror waits for its nodes when it is deleted. */
  isOn(mirror: KubernetesObject): boolean {
    return this.#latest(mirror).metadata.finalizers?.includes(nodesFinalizer) ?? false;
  }

  /**
   * To be called before anything gets onto nodes.
   *
   * @returns whether the mirror is still there: nothing may get onto nodes for one that is gone
   * @throws ApiError 409 when the mirror was changed meanwhile
   */
  async hold(mirror: KubernetesObject, signal: AbortSignal): Promise<boolean> {
    if (this.isOn(mirror) || mirror.metadata.deletionTimestamp !== undefined) return true;
    return this.#write(mirror, (others) => [...others, nodesFinalizer], signal);
  }

  /**
   * To be called when nodes have nothing any more.
   *
   * @throws ApiError 409 when the mirror was changed meanwhile
   */
  async release(mirror: KubernetesObject, signal: AbortSignal): Promise<void> {
    if (this.isOn(mirror)) await this.#write(mirror, (others) => others, signal);
  }

  /** To be called when a mirror is gone. */
  forget(name: string): void {
    this.#written.delete(name);
  }

  #latest(mirror: KubernetesObject): KubernetesObject {
    const written = this.#written.get(mirror.metadata.name);
    if (written !== undefined && isOlderThan(mirror, written)) return written;
    this.#written.delete(mirror.metadata.name);
    return mirror;
  }

  /** @returns false when the mirror is gone */
  async #write(
    mirror: KubernetesObject,
    change: (others: readonly string[]) => readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { name, resourceVersion, finalizers = [] } = this.#latest(mirror).metadata;
    const others = finalizers.filter((finalizer) => finalizer !== nodesFinalizer);
    // Others have finalizers too: the list is replaced only where it is the one that was read.
    const metadata = { resourceVersion, finalizers: change(others) };
    try {
      const options = { type: 'merge', fieldManager } as const;
      this.#written.set(name, await this.#client.patch(RegistryMirror, { name }, { metadata }, options, signal));
      return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return false;
    }
  }
}

function isOlderThan({ metadata: one }: KubernetesObject, { metadata: other }: KubernetesObject): boolean {
  const [version, than] = [one.resourceVersion, other.resourceVersion];
  return one.uid === other.uid && version !== undefined && than !== undefined && isOlder(version, than);
}
