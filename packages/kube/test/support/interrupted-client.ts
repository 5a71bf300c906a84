import { inject } from 'vitest';
import { KubeClient, loadConnection, type ClusterConnection, type KubernetesObject } from '../../src/index.ts';

/** A client during whose reads something happens: it is too late for what was read. */
export class InterruptedClient extends KubeClient {
  readonly #interrupt: () => Promise<unknown>;

  private constructor(connection: ClusterConnection, interrupt: () => Promise<unknown>) {
    super(connection);
    this.#interrupt = interrupt;
  }

  static async connect(interrupt: () => Promise<unknown>): Promise<InterruptedClient> {
    return new InterruptedClient(await loadConnection({ kubeconfig: inject('kubeconfig') }), interrupt);
  }

  override async get<T extends KubernetesObject>(...args: Parameters<KubeClient['get']>): Promise<T | undefined> {
    const seen = await super.get<T>(...args);
    await this.#interrupt();
    return seen;
  }
}
