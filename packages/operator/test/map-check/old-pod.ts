import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { KubeClient } from '@entrepot/kube';
import { inject } from 'vitest';
import type { TestCluster } from '../operator/test-cluster.ts';
import type { Ended } from '../cli/run-program.ts';

interface TokenRequest {
  readonly status: { readonly token: string };
}

/** Mounts what a pod of mirror-operator's Deployment has, and becomes the command line. */
const script = `set -e
mount -t tmpfs tmpfs /usr/local/bin && ln -s "$PROGRAM/compat/python" /usr/local/bin/python
mount --bind "$POD/run" /run
cd "$PROGRAM"
exec "$@"`;

/**
 * The surroundings of the pods that mirror-operator's users have: its command line, the service account's files, the service
 * environment. The program is ours.
 */
export class OldPod {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** @param account name of the ServiceAccount */
  static async create(cluster: TestCluster, namespace: string, account: string): Promise<OldPod> {
    const folder = await mkdtemp(join(tmpdir(), 'entrepot-pod-'));
    const secrets = join(folder, 'run/secrets/kubernetes.io/serviceaccount');
    await mkdir(secrets, { recursive: true });
    await cp(join(cluster.plane.directory, 'ca.crt'), join(secrets, 'ca.crt'));
    await writeFile(join(secrets, 'token'), await tokenOf(cluster.client, namespace, account));
    await writeFile(join(secrets, 'namespace'), namespace);
    const { hostname, port } = new URL(cluster.plane.server);
    return new OldPod(folder, { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port });
  }

  /** Where the operator in the pod finds it at its usual place. */
  get stateFile(): string {
    return join(this.#folder, 'run/imageswap_configmap_version');
  }

  /** Runs a command line in the pod to its end. */
  async run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const identity = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const child = spawn('unshare', [...identity, '--mount', 'bash', '-c', script, 'bash', ...words], {
      env: {
        PATH: `/usr/local/bin:${dirname(process.execPath)}:/usr/bin:/bin:/usr/sbin:/sbin`,
        POD: this.#folder,
        PROGRAM: inject('program'),
        ...this.#environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.on('error', reject).on('close', resolve);
    const [code, out, said] = await Promise.all([promise, text(child.stdout), text(child.stderr)]);
    return { code, out, said };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

async function tokenOf(client: KubeClient, namespace: string, account: string): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  return (await client.request<TokenRequest>('POST', path, { body })).status.token;
}
