import type { Cluster } from '../../src/cluster/cluster.ts';
import { awaited } from './on-cluster.ts';

export interface PodOptions {
  readonly name: string;
  /** The node that it runs on. */
  readonly node: string;
  readonly image: string;
  /** Asks what the tag points at even where the node has it. */
  readonly pullAlways?: boolean;
}

/** What a pod has the host of its image in: each test file has hosts of its own. */
const hostLabel = 'pulls-from';

/** A pod on a certain node; done when its container runs. */
export async function startPod(cluster: Cluster, options: PodOptions): Promise<void> {
  await createPod(cluster, options);
  await untilRunning(cluster, options);
}

/** Takes away all whose images have these hosts, at once: those of a node that is gone would stay for a minute. */
export async function removePods(cluster: Cluster, ...hosts: readonly string[]): Promise<void> {
  const selector = `${hostLabel} in (${hosts.join(',')})`;
  await cluster.kubectl(['delete', 'pods', '-l', selector, '--force', '--grace-period=0']);
}

/** A pod for a certain node, which need not be there yet. */
export async function createPod(cluster: Cluster, { name, node, image, pullAlways }: PodOptions): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { [hostLabel]: image.replace(/\/.*/, '') } },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'app', image, ...(pullAlways === true && { imagePullPolicy: 'Always' }) }],
    },
  };
  await cluster.apply(pod);
}

/** Done when the pod's container runs; the time limit is for the pull, mostly. */
export async function untilRunning(cluster: Cluster, { name, node }: PodOptions): Promise<void> {
  await awaited(`pod ${name} runs on ${node}`, async () => {
    const status = '{.status.phase} {.status.containerStatuses[0].state.waiting}';
    const said = await cluster.kubectl(['get', 'pod', name, '-o', `jsonpath=${status}`]);
    return said.startsWith('Running') ? undefined : said;
  });
}

/** What the kubelet said of pulls that failed, each once. */
export async function failedPulls(cluster: Cluster, pod: string): Promise<readonly string[]> {
  const selector = `involvedObject.name=${pod},reason=Failed`;
  const messages = 'jsonpath={range .items[*]}{.message}{"\\n"}{end}';
  const lines = (await cluster.kubectl(['get', 'events', '--field-selector', selector, '-o', messages])).split('\n');
  return lines.filter((line) => line.startsWith('Failed to pull image'));
}

/** The images of a repository that a node has, by digest. */
export async function imagesOn(cluster: Cluster, node: string, repository: string): Promise<readonly string[]> {
  const lines = (await cluster.onNode(node, 'ctr', '-n', 'k8s.io', 'images', 'list')).split('\n');
  return lines.filter((line) => line.startsWith(repository)).map((line) => /sha256:[0-9a-f]+/.exec(line)?.[0] ?? line);
}
