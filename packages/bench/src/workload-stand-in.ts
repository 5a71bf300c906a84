import { Informer, type KubeClient, type KubernetesObject, keyOf, kindOf } from '@entrepot/kube';
import { z } from 'zod';

const shape = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({ observedGeneration: z.number().default(0) }).default({ observedGeneration: 0 }),
});

/** Stands in for kubelets and workload controllers: reports everything that is applied as running, on one node. */
export class WorkloadStandIn {
  readonly #client: KubeClient;
  readonly #ending = new AbortController();
  readonly #running: readonly Promise<void>[];
  readonly #failures: unknown[] = [];

  constructor(client: KubeClient) {
    this.#client = client;
    this.#running = [
      this.#follow('StatefulSet', { replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 }),
      this.#follow('DaemonSet', {
        desiredNumberScheduled: 1,
        currentNumberScheduled: 1,
        updatedNumberScheduled: 1,
        numberAvailable: 1,
        numberReady: 1,
        numberMisscheduled: 0,
      }),
    ];
  }

  /** Rejects when something could not be reported. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, 'workloads could not be reported ready');
  }

  async #follow(kind: string, numbers: object): Promise<void> {
    const informer = new Informer({
      client: this.#client,
      kind: { group: 'apps', version: 'v1', kind },
      namespace: 'default',
    });
    let last = Promise.resolve();
    informer.onChange(({ type, object }) => {
      const { data } = shape.safeParse(object);
      if (type === 'deleted' || data === undefined || data.status.observedGeneration === data.metadata.generation)
        return;
      const status = { ...numbers, observedGeneration: data.metadata.generation };
      last = last.then(() => this.#report(object, status));
    });
    await informer.run(this.#ending.signal);
    await last;
  }

  async #report(object: KubernetesObject, status: object): Promise<void> {
    try {
      await this.#client.patch(kindOf(object), keyOf(object), { status }, { type: 'merge', subresource: 'status' });
    } catch (error) {
      this.#failures.push(error);
    }
  }
}
