import type { Cluster } from '../../src/cluster/cluster.ts';
import { awaited } from './on-cluster.ts';
import type { RunningPod } from './running-pods.ts';

/** Ends all programs of pods at once, as running out of memory does. */
export async function killPods(cluster: Cluster, pods: readonly RunningPod[]): Promise<void> {
  const kill = ({ node, containerIds }: RunningPod): readonly Promise<string>[] =>
    containerIds.map((id) => cluster.onNode(node, 'ctr', '-n', 'k8s.io', 'tasks', 'kill', '--signal', 'SIGKILL', id));
  await Promise.all(pods.flatMap(kill));
}

/** Ends a service of a node, and none of the programs that it started; done when systemd runs it again. */
export async function killService(cluster: Cluster, node: string, service: string): Promise<void> {
  await cluster.onNode(node, 'systemctl', 'kill', '--kill-whom=main', '--signal=KILL', service);
  await awaited(`${service} runs again on ${node}`, async () => {
    await cluster.onNode(node, 'systemctl', 'is-active', service);
    return undefined;
  });
}
