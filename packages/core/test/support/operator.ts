import { randomBytes } from 'node:crypto';
import { eventually } from '@entrepot/control-plane';
import { type GroupVersionKind, KubeClient, type KubernetesObject, loadConnection, Metrics } from '@entrepot/kube';
import { inject } from 'vitest';
import { z } from 'zod';
import {
  type ConfiguredStrategy,
  createMirrorController,
  DaemonSet,
  type MirrorController,
  type MirrorControllerOptions,
  type MirrorSettings,
  RegistryMirror,
} from '../../src/index.ts';
import { hosts, mapIn, template } from './plugins.ts';
import { testSettings } from './settings.ts';

const text = z.string();
const metadata = z.looseObject({ metadata: z.looseObject({ name: text }) });
const conditionsShape = z.array(z.object({ type: text, status: text, reason: text, message: text }));

/** A client that says what it was asked to read and write, but for Leases and Events. */
class NotingClient extends KubeClient {
  readonly reads: string[] = [];
  readonly writes: string[] = [];

  override async request<T>(...args: Parameters<KubeClient['request']>): Promise<T> {
    const [method, path, options] = args;
    const created = method === 'POST' ? `/${metadata.safeParse(options?.body).data?.metadata.name}` : '';
    if (!/\/(leases|events)/.test(path))
      (method === 'GET' ? this.reads : this.writes).push(`${method} ${path}${created}`);
    return super.request<T>(...args);
  }
}

export interface Operator {
  readonly controller: MirrorController;
  /** `METHOD path`; of a creation with the name. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly metrics: Metrics;
  stop(): Promise<void>;
}

/** A cluster with a namespace of the test's own, where operators come and go. */
export class Cluster {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly #running = new Set<() => Promise<void>>();

  private constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
  }

  static async connect(): Promise<Cluster> {
    const client = new KubeClient(await loadConnection({ kubeconfig: inject('kubeconfig') }));
    const name = `test-${randomBytes(4).toString('hex')}`;
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return new Cluster(client, name);
  }

  /** Runs an operator; what comes back ends it and says what it wrote. */
  async operator(
    strategies: readonly ConfiguredStrategy[] = [hosts, mapIn(this.namespace)],
    changes: Partial<MirrorSettings> = {},
    options: Partial<MirrorControllerOptions> = {},
  ): Promise<Operator> {
    const client = new NotingClient(await loadConnection({ kubeconfig: inject('kubeconfig') }));
    const metrics = new Metrics();
    const settings = testSettings({ namespace: this.namespace, ...changes });
    const stopping = new AbortController();
    const controller = createMirrorController({
      client,
      settings,
      strategies,
      templates: [template],
      metrics,
      ...options,
    });
    const running = controller.run(stopping.signal);
    const stop = async (): Promise<void> => {
      this.#running.delete(stop);
      stopping.abort();
      await running;
      await client.close();
    };
    this.#running.add(stop);
    return { controller, reads: client.reads, writes: client.writes, metrics, stop };
  }

  async mirror(name: string, spec: object): Promise<KubernetesObject> {
    return this.client.create({
      apiVersion: 'k8s.osp.tech/v1',
      kind: 'RegistryMirror',
      metadata: { name },
      spec,
    });
  }

  async status(name: string): Promise<Record<string, unknown>> {
    const mirror = await this.client.get(RegistryMirror, { name });
    const status = mirror?.['status'];
    return typeof status === 'object' && status !== null ? { ...status } : {};
  }

  /** `Ready=True ReplicasReady: message` of each condition, by type. */
  async conditions(name: string): Promise<Record<string, string>> {
    const { conditions } = await this.status(name);
    const all = conditionsShape.parse(conditions ?? []);
    return Object.fromEntries(
      all.map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]),
    );
  }

  /** Sorted; without `kube-root-ca.crt`, which the controller-manager puts into every namespace sooner or later. */
  async names(kind: GroupVersionKind): Promise<readonly string[]> {
    const { items } = await this.client.list(kind, { namespace: this.namespace });
    const names = items.map(({ metadata }) => metadata.name);
    return names.filter((name) => name !== 'kube-root-ca.crt').sort();
  }

  /** Says, in place of a kubelet, that pods are ready. */
  async setReady(kind: GroupVersionKind, name: string, status: object): Promise<void> {
    const key = { namespace: this.namespace, name };
    await this.client.patch(kind, key, { status }, { type: 'merge', subresource: 'status' });
  }

  /** Says, in place of their kubelets, that so many nodes did what the mirror's agents are there for now. */
  async nodesAnswer(mirror: string, ready: number, desired = ready): Promise<void> {
    const name = `registry-mirror-${mirror}-utils`;
    const agent = await this.client.get(DaemonSet, { namespace: this.namespace, name });
    await this.setReady(DaemonSet, name, {
      observedGeneration: agent?.metadata.generation,
      desiredNumberScheduled: desired,
      currentNumberScheduled: desired,
      updatedNumberScheduled: desired,
      numberMisscheduled: 0,
      numberReady: ready,
    });
  }

  /** Deletes a mirror; its nodes do what they are asked to. */
  async deleteMirror(name: string): Promise<void> {
    await this.client.delete(RegistryMirror, { name });
    await eventually(async () => {
      if ((await this.client.get(RegistryMirror, { name })) === undefined) return;
      await this.nodesAnswer(name, 1);
      throw new Error(`RegistryMirror ${name} is still there`);
    });
  }

  /** Ends all operators and removes all mirrors. */
  async leave(): Promise<void> {
    for (const stop of this.#running) await stop();
    const { items } = await this.client.list(RegistryMirror);
    for (const { metadata } of items) {
      // There are no nodes here that could answer.
      const patch = { metadata: { finalizers: null } };
      await this.client.patch(RegistryMirror, { name: metadata.name }, patch, { type: 'merge' });
      await this.client.delete(RegistryMirror, { name: metadata.name });
    }
    await eventually(async () => {
      const { items } = await this.client.list(RegistryMirror);
      if (items.length > 0) throw new Error('mirrors remain');
    });
    await this.client.delete({ group: '', version: 'v1', kind: 'Namespace' }, { name: this.namespace });
    await this.client.close();
  }
}
