import {
  formatKey,
  isConflict,
  KubeClient,
  keyOf,
  kindOf,
  loadConnection,
  type KubernetesObject,
} from '@entrepot/kube';

/** What the Kubernetes client for Python calls itself; its name up to the slash becomes the field manager. */
export const userAgents = { now: 'OpenAPI-Generator/24.2.0/python', before2020: 'Swagger-Codegen/7.0.0/python' };

/** Writes objects as mirror-operator does: the first time it creates them, from then on it replaces them as a whole. */
export class PythonClient {
  readonly client: KubeClient;

  private constructor(client: KubeClient) {
    this.client = client;
  }

  static async connect(kubeconfig: string, userAgent: string): Promise<PythonClient> {
    return new PythonClient(new KubeClient(await loadConnection({ kubeconfig }), { userAgent }));
  }

  /** Each object in turn. */
  async createOrReplace(objects: readonly KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      try {
        await this.client.create(object);
      } catch (error) {
        if (!isConflict(error)) throw error;
        await this.#replace(object);
      }
    }
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  /** A Service is written back as it was read, everything else is generated anew. */
  async #replace(object: KubernetesObject): Promise<void> {
    const live = await this.client.get<KubernetesObject>(kindOf(object), keyOf(object));
    if (live === undefined) throw new Error(`${formatKey(keyOf(object))} has gone`);
    const { resourceVersion } = live.metadata;
    const generated = { ...object, metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) } };
    await this.client.update(object.kind === 'Service' ? live : generated);
  }
}
