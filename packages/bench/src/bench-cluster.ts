import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type AuditLog, poll, startControlPlane, type ControlPlane } from '@entrepot/control-plane';
import { RegistryMirror } from '@entrepot/core';
import { KubeClient, loadConnection } from '@entrepot/kube';
import { entrepot } from './programs.ts';

const run = promisify(execFile);

/** The account that `entrepot manifests` makes for the operator. */
export const operatorUser = 'system:serviceaccount:default:entrepot-operator';
/** Whoever applies mirrors here, and disturbs them. */
export const benchUser = 'bench-user';

const accountGroups = ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'];

/**
 * Nobody makes pods or endpoints: what runs beside the operator is the API server with etcd, and of the controllers
 * those without which nothing can be deleted.
 */
const controllers = ['garbage-collector-controller', 'namespace-controller', 'serviceaccount-controller'];

/** A real etcd and API server with all that `entrepot manifests` installs; the operator itself is not started. */
export class BenchCluster {
  readonly audit: AuditLog;
  /** May do everything; `system:admin`-like. */
  readonly client: KubeClient;
  /** Of {@link operatorUser}, with the rights that the manifests give it. */
  readonly operatorKubeconfig: string;
  readonly #plane: ControlPlane;

  private constructor(plane: ControlPlane, client: KubeClient, operatorKubeconfig: string) {
    this.#plane = plane;
    this.audit = plane.audit;
    this.client = client;
    this.operatorKubeconfig = operatorKubeconfig;
  }

  static async start(): Promise<BenchCluster> {
    const plane = await startControlPlane({ audit: 'Metadata', controllers });
    const client = await clientOf(plane.kubeconfig);
    const cluster = new BenchCluster(plane, client, await plane.kubeconfigFor(operatorUser, accountGroups));
    const { stdout } = await run(entrepot[0], [...entrepot.slice(1), 'manifests'], { maxBuffer: 1 << 24 });
    await kubectlApply(plane, stdout);
    const isServed = async () => (await client.list(RegistryMirror)).items.length === 0;
    await poll('the kind RegistryMirror', isServed, { deadlineMs: 20_000, everyMs: 50 });
    return cluster;
  }

  /** A client of its own for a user who may do everything, so that the user's requests can be told apart. */
  async clientFor(user: string): Promise<KubeClient> {
    return clientOf(await this.#plane.kubeconfigFor(user, ['system:masters']));
  }

  get kubeconfig(): string {
    return this.#plane.kubeconfig;
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.#plane.stop();
  }
}

async function clientOf(kubeconfig: string): Promise<KubeClient> {
  return new KubeClient(await loadConnection({ kubeconfig }));
}

async function kubectlApply({ kubectl, kubeconfig }: ControlPlane, manifest: string): Promise<void> {
  const child = spawn(kubectl, ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(manifest);
  const [complaints, code] = await Promise.all([text(child.stderr), ended]);
  if (code !== 0) throw new Error(`kubectl apply failed: ${complaints}`);
}
