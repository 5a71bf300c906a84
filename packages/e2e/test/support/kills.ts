import type { Cluster } from '../../src/cluster/cluster.ts';
import { awaited } from './on-cluster.ts';
import type { RunningPod } from './running-pods.ts';

/** Ends all programs of pods at once, as running out of memory does. Fails when there is no such pod. */
export async function killPods(cluster: Cluster, pods: readonly RunningPod[]): Promise<void> {
  if (pods.length === 0) throw new Error('there is no pod to kill');
  const kill = ({ node, containerIds }: RunningPod): readonly Promise<string>[] =>
    containerIds.map((id) => cluster.onNode(node, 'ctr', '-n', 'k8s.io', 'tasks', 'kill', '--signal', 'SIGKILL', id));
  await Promise.all(pods.flatMap(kill));
}

/** Ends a service of a node, and none of the programs that it started; done when systemd runs it again. */
export async function killService(cluster: Cluster, node: string, service: string): Promise<void> {
  const state = (): Promise<string> =>
    cluster.onNode(node, 'systemctl', 'show', '--property=MainPID,ActiveState', service);
  const before = await state();
  await cluster.onNode(node, 'systemctl', 'kill', '--kill-whom=main', '--signal=KILL', service);
  await awaited(`${service} runs again on ${node}`, async () => {
    const now = await state();
    // Until systemd has noticed, everything is as it was.
    return now !== before && /^ActiveState=active$/m.test(now) ? undefined : now;
  });
}
