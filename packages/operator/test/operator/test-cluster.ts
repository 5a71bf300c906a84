import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { RegistryMirror } from '@entrepot/core';
import { poll, startControlPlane, type ControlPlane, type ControlPlaneOptions } from '@entrepot/control-plane';
import { KubeClient, loadConnection, type GroupVersionKind, type KubernetesObject } from '@entrepot/kube';
import { allObjects } from '@entrepot/testkit';
import { z } from 'zod';

const execute = promisify(execFile);

/** A RegistryMirror that has a status, or a status to be written. */
export const withConditions = z.looseObject({
  status: z.looseObject({
    conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() })),
  }),
});

/** A real API server with its controllers, and what tests ask of it. */
export class TestCluster {
  readonly plane: ControlPlane;
  readonly client: KubeClient;

  private constructor(plane: ControlPlane, client: KubeClient) {
    this.plane = plane;
    this.client = client;
  }

  static async start(options: ControlPlaneOptions = {}): Promise<TestCluster> {
    const plane = await startControlPlane(options);
    return new TestCluster(plane, new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig })));
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.plane.stop();
  }

  /** What `kubectl apply -f -` prints. Fails when anything is not taken. */
  async apply(manifest: string | object): Promise<string> {
    return this.#kubectl('apply', manifest);
  }

  /** What `kubectl delete -f -` prints; done when everything is gone. Fails when anything was not there. */
  async delete(manifest: string | object): Promise<string> {
    return this.#kubectl('delete', manifest);
  }

  async #kubectl(verb: string, manifest: string | object): Promise<string> {
    const child = spawn(this.plane.kubectl, ['--kubeconfig', this.plane.kubeconfig, verb, '-f', '-']);
    child.stdin.end(typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.on('error', reject).on('close', resolve);
    const [code, out, said] = await Promise.all([promise, text(child.stdout), text(child.stderr)]);
    if (code !== 0) throw new Error(`kubectl ${verb} failed: ${said}`);
    return out;
  }

  async mirror(name: string, spec: object): Promise<void> {
    await this.apply({ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', metadata: { name }, spec });
  }

  /** `True Reason: message` of each condition of a mirror, by type. */
  async conditions(name: string): Promise<Readonly<Record<string, string>>> {
    const mirror = withConditions.safeParse(await this.client.get(RegistryMirror, { name }));
    const all = mirror.data?.status.conditions ?? [];
    return Object.fromEntries(
      all.map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]),
    );
  }

  /** Resolves when a mirror has a condition of this text. */
  async hasCondition(name: string, type: string, wanted: RegExp): Promise<void> {
    await poll(
      `condition ${type} of ${name} to be like ${String(wanted)}`,
      async () => {
        const found = (await this.conditions(name))[type] ?? 'not there';
        if (!wanted.test(found)) throw new Error(`it is ${found}`);
        return true;
      },
      { deadlineMs: 60_000 },
    );
  }

  /** `Kind namespace/name` of everything that is there. */
  async objects(): Promise<readonly string[]> {
    const { kubectl, kubeconfig } = this.plane;
    return allObjects(async (words) => {
      const { stdout } = await execute(kubectl, ['--kubeconfig', kubeconfig, ...words], { maxBuffer: 1 << 26 });
      return stdout;
    });
  }

  /** `name@resourceVersion` of all objects of these kinds. */
  async versions(kinds: readonly GroupVersionKind[]): Promise<readonly string[]> {
    const lists = await Promise.all(kinds.map(async (kind) => this.client.list<KubernetesObject>(kind)));
    return lists
      .flatMap(({ items }) => items)
      .map(
        ({ kind, metadata }) =>
          `${kind} ${metadata.namespace ?? ''}/${metadata.name}@${metadata.resourceVersion ?? ''}`,
      );
  }
}
