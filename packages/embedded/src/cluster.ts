import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { freePort, type ControlPlane } from '@entrepot/control-plane';
import type { GroupVersionKind, KubeClient, KubernetesObject } from '@entrepot/kube';
import { entrepot, images, imageSettings } from './images.ts';
import { mirrorName } from './mirror-manifest.ts';

const run = promisify(execFile);

/** `kubectl apply -f -`, as a user would. Rejects with what kubectl says. */
export async function kubectlApply({ kubectl, kubeconfig }: ControlPlane, manifest: string): Promise<void> {
  const child = spawn(kubectl, ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(manifest);
  const [complaints, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`kubectl apply failed: ${complaints}`);
}

/** What `entrepot manifests` prints for this machine: our images, and a health port that is free. */
export async function operatorManifests(): Promise<string> {
  const [program, ...args] = entrepot;
  const settings = { ...imageSettings, HEALTH_HOST: '127.0.0.1', HEALTH_PORT: String(await freePort()) };
  const { stdout } = await run(program, [...args, 'manifests', '--image', images.operator], {
    env: { ...process.env, ...settings },
    maxBuffer: 1 << 24,
  });
  return stdout;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

/** The mirror's Ready condition; undefined before the operator has said anything. */
export async function readyCondition(client: KubeClient): Promise<Condition | undefined> {
  const kind = { group: 'k8s.osp.tech', version: 'v1', kind: 'RegistryMirror' };
  const mirror = await client.get<KubernetesObject & { status?: { conditions?: readonly Condition[] } }>(kind, {
    name: mirrorName,
  });
  return mirror?.status?.conditions?.find(({ type }) => type === 'Ready');
}

const kinds: readonly GroupVersionKind[] = [
  { group: '', version: 'v1', kind: 'Service' },
  { group: '', version: 'v1', kind: 'Secret' },
  { group: '', version: 'v1', kind: 'ConfigMap' },
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget' },
  { group: 'apps', version: 'v1', kind: 'StatefulSet' },
  { group: 'apps', version: 'v1', kind: 'DaemonSet' },
];

/** The objects that the operator has applied, by the API server's own record of who manages their fields. */
export async function appliedObjects(client: KubeClient): Promise<readonly string[]> {
  const found: string[] = [];
  for (const kind of kinds) {
    const { items } = await client.list(kind, { namespace: 'default' });
    const ours = items.filter(({ metadata }) =>
      metadata.managedFields?.some(({ manager }) => manager?.startsWith('entrepot')),
    );
    found.push(...ours.map(({ metadata }) => `${kind.kind} ${metadata.name}`));
  }
  return found;
}
