import { isDeepStrictEqual } from 'node:util';
import {
  done,
  isConflict,
  isNotFound,
  keyOf,
  parseKey,
  type KubeClient,
  type ObjectStore,
  type Result,
} from '@entrepot/kube';
import { podKind } from './kinds.ts';
import { nodeAddress } from './node-object.ts';
import { PodAddresses } from './pod-addresses.ts';
import { PodRunner, type PodSurroundings } from './pod-runner.ts';
import { podSources, type DataObject } from './pod-sources.ts';
import type { Pod } from './pod.ts';
import { ServiceAccountTokens } from './service-account-tokens.ts';

/** What the pods' lifecycle is driven by. */
export interface PodLifecycleOptions extends PodSurroundings {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly pods: ObjectStore<Pod>;
  readonly data: Readonly<Record<'Secret' | 'ConfigMap', ObjectStore<DataObject>>>;
  /** Asks for another reconcile of a pod. */
  readonly enqueue: (key: string) => void;
  readonly onEvent: (event: NodeEvent) => void;
}

/** Something a person who watches the node may want to know. */
export interface NodeEvent {
  /** `namespace/name`, where it is about a pod. */
  readonly pod?: string;
  readonly message: string;
}

const tokenTimeoutMs = 10_000;

interface Running {
  readonly runner: PodRunner;
  /** What the API server was last told. */
  reported: Pod['status'];
}

/** Does for each pod what a scheduler and a kubelet do: binds it here, runs it, tells its status, ends it. */
export class PodLifecycle {
  readonly #options: PodLifecycleOptions;
  readonly #addresses = new PodAddresses();
  readonly #running = new Map<string, Running>();

  constructor(options: PodLifecycleOptions) {
    this.#options = options;
  }

  /** Looks at one pod afresh; `key` is `namespace/name`. */
  async reconcile(key: string, signal: AbortSignal): Promise<Result> {
    const pod = this.#options.pods.get(parseKey(key));
    const running = this.#running.get(key);
    // Gone, or another one of the same name: nobody waits for a graceful end any more.
    if (running !== undefined && running.runner.uid !== pod?.metadata.uid) await this.#end(key, 0);
    if (pod === undefined || isFinished(pod)) return done;
    if (pod.spec.nodeName === undefined) await this.#bind(pod, signal);
    else if (pod.spec.nodeName !== this.#options.nodeName) return done;
    else if (pod.metadata.deletionTimestamp !== undefined) await this.#delete(key, pod, signal);
    else await this.#run(key, pod, signal);
    return done;
  }

  /** A Secret or ConfigMap has changed: brings the volumes of the pods of its namespace up to date. */
  async syncVolumes(namespace: string): Promise<void> {
    const affected = [...this.#running].filter(([key]) => parseKey(key).namespace === namespace);
    await Promise.all(affected.map(([, { runner }]) => runner.syncVolumes()));
  }

  /** Ends all pods; they are not deleted, a node that goes away tells nobody. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#running.keys()].map((key) => this.#end(key, graceMs)));
  }

  async #bind(pod: Pod, signal: AbortSignal): Promise<void> {
    if (pod.metadata.deletionTimestamp !== undefined) return;
    const { namespace = '', name, uid } = pod.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: this.#options.nodeName };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
    await this.#options.client.request('POST', path, { body, signal }).catch(ignoreStale);
  }

  async #run(key: string, pod: Pod, signal: AbortSignal): Promise<void> {
    const running = this.#running.get(key) ?? this.#start(key, pod);
    const status = running.runner.status(running.reported);
    if (isDeepStrictEqual(status, running.reported)) return;
    const options = { type: 'merge', subresource: 'status' } as const;
    await this.#options.client.patch(
      podKind,
      keyOf(pod),
      { metadata: { uid: pod.metadata.uid }, status },
      options,
      signal,
    );
    running.reported = status;
  }

  #start(key: string, pod: Pod): Running {
    const { client, clock, data, enqueue, onEvent } = this.#options;
    const tokens = new ServiceAccountTokens(client, clock);
    const runner = new PodRunner({
      ...this.#options,
      pod,
      address: { podIP: this.#addresses.assign(), hostIP: nodeAddress },
      sources: podSources(pod.metadata.namespace ?? '', data),
      token: (of, source) => tokens.token(of, source, AbortSignal.timeout(tokenTimeoutMs)),
      onChange: () => enqueue(key),
    });
    const running: Running = { runner, reported: pod.status };
    this.#running.set(key, running);
    onEvent({ pod: key, message: 'starts' });
    runner.start();
    return running;
  }

  async #delete(key: string, pod: Pod, signal: AbortSignal): Promise<void> {
    await this.#end(key, (pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000);
    const { namespace = '', name, uid } = pod.metadata;
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions: { uid } };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    await this.#options.client.request('DELETE', path, { body, signal }).catch(ignoreStale);
  }

  async #end(key: string, graceMs: number): Promise<void> {
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.#running.delete(key);
    await running.runner.stop(graceMs);
    this.#options.onEvent({ pod: key, message: 'ended' });
  }
}

function isFinished({ status }: Pod): boolean {
  return status?.['phase'] === 'Succeeded' || status?.['phase'] === 'Failed';
}

/** The pod changed or went meanwhile: another event tells. */
function ignoreStale(error: unknown): void {
  if (!isConflict(error) && !isNotFound(error)) throw error;
}
