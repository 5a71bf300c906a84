import type { Cluster } from '../cluster/cluster.ts';
import { waitFor } from '../wait-for.ts';

/** What a node took to run a pod of an image that it did not have. */
export interface PodStart {
  /** From the request to make the pod until its container runs. */
  readonly startMs: number;
  /** What the kubelet says that the pull took. */
  readonly pullMs: number;
}

const label = 'bench=wave';

/**
 * Makes a pod of an image on each of these nodes at once; done when all run. Afterwards pods, image and what was unpacked
 * are taken away again, so that the next wave pulls everything anew.
 *
 * @throws Error when any pull failed, even if a later one did not: its times would say nothing
 */
export async function podWave(cluster: Cluster, image: string, nodes: readonly string[]): Promise<readonly PodStart[]> {
  const pods = nodes.map((node, index) => podOn(node, `wave-${index}`, image));
  const began = performance.now();
  await cluster.apply(...pods);
  const startMs = await Promise.all(
    pods.map(async ({ metadata: { name } }) => {
      const running = '--for=jsonpath={.status.phase}=Running';
      await cluster.kubectl(['wait', `pod/${name}`, running, '--timeout=600s']);
      return performance.now() - began;
    }),
  );
  const messages = await pullsByPod(cluster, pods.length);
  await removeWave(cluster, image, nodes);
  return startMs.map((ms, index) => ({ startMs: ms, pullMs: pullMsIn(messages.get(`wave-${index}`) ?? '') }));
}

function podOn(node: string, name: string, image: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { bench: 'wave' } },
    spec: {
      nodeName: node,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'app', image }],
    },
  };
}

/** What the kubelets say of the pulls, by pod. Events come a moment after what they are about. */
async function pullsByPod(cluster: Cluster, pods: number): Promise<ReadonlyMap<string, string>> {
  const line = 'jsonpath={range .items[*]}{.involvedObject.name} {.reason} {.message}{"\\n"}{end}';
  let lines: readonly string[] = [];
  const pulled = () =>
    lines.flatMap((text) => {
      const [, pod = '', message = ''] = /^(wave-\d+) Pulled (.*)$/.exec(text) ?? [];
      return pod === '' ? [] : [[pod, message] as const];
    });
  const missing = async (): Promise<string | undefined> => {
    lines = (await cluster.kubectl(['get', 'events', '-o', line])).split('\n');
    return pulled().length < pods ? 'some are missing' : undefined;
  };
  await waitFor('events of pulls', missing, { timeoutMs: 60_000, onProgress: () => {} });
  const failed = lines.find((text) => /^wave-\d+ Failed /.test(text));
  if (failed !== undefined) throw new Error(`a pull failed, so times say nothing: ${failed}`);
  return new Map(pulled());
}

async function removeWave(cluster: Cluster, image: string, nodes: readonly string[]): Promise<void> {
  await cluster.kubectl(['delete', 'pods', '-l', label, '--wait=true']);
  await cluster.kubectl(['delete', 'events', '--all']);
  await Promise.all(nodes.map((node) => cluster.onNode(node, 'bash', '-c', forget(image))));
}

/** A node has an image under its tag, its digest and its identifier; while any of these is there, so are its layers. */
function forget(image: string): string {
  const names = `NR > 1 { digest[$1] = $3 } $1 == "${image}" { wanted = $3 } END { for (name in digest) if (digest[name] == wanted) print name }`;
  return `set -o pipefail; ctr -n k8s.io images ls | awk '${names}' | xargs ctr -n k8s.io images rm --sync`;
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Reads `Successfully pulled image "a" in 1m2.5s (1m2.5s including waiting).` */
export function pullMsIn(message: string): number {
  const duration = / in ([0-9.hms]+) \(/.exec(message)?.[1] ?? '';
  const parts = [...duration.matchAll(/([0-9.]+)(ms|h|m|s)/g)];
  if (parts.length === 0) throw new Error(`this tells no duration: ${message}`);
  return parts.reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (unitsMs[unit] ?? Number.NaN), 0);
}
