import { Informer, type KubeClient, type KubernetesObject, keyOf, kindOf } from '@entrepot/kube';
import { z } from 'zod';

const shape = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({ observedGeneration: z.number().default(0) }).default({ observedGeneration: 0 }),
});

/** Servers and node agents of a mirror, once both are there, run from the same moment, however busy the machine is. */
const kindsOfMirror = 2;

/** Stands in for kubelets and workload controllers: reports everything that is applied as running, on one node. */
export class WorkloadStandIn {
  readonly #client: KubeClient;
  /** What runs as soon as the other workload of its mirror is there, by kind, by the mirror's uid. */
  readonly #awaited = new Map<string, Map<string, () => Promise<void>>>();
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
      const due = this.#due(object, () => this.#report(object, status));
      last = last.then(async () => void (await Promise.all(due.map((report) => report()))));
    });
    await informer.run(this.#ending.signal);
    await last;
  }

  /** The reports that are due now: none while the mirror's other workload has never been seen. */
  #due(object: KubernetesObject, report: () => Promise<void>): readonly (() => Promise<void>)[] {
    const mirror = object.metadata.ownerReferences?.[0]?.uid ?? '';
    const awaited = this.#awaited.get(mirror) ?? new Map<string, () => Promise<void>>();
    this.#awaited.set(mirror, awaited);
    const isFirst = awaited.size < kindsOfMirror;
    awaited.set(object.kind, report);
    if (awaited.size < kindsOfMirror) return [];
    return isFirst ? [...awaited.values()] : [report];
  }

  async #report(object: KubernetesObject, status: object): Promise<void> {
    try {
      await this.#client.patch(kindOf(object), keyOf(object), { status }, { type: 'merge', subresource: 'status' });
    } catch (error) {
      this.#failures.push(error);
    }
  }
}
