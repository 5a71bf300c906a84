import type { DockerEngine } from '../engine/docker-engine.ts';

export interface NodeContainer {
  /** The cluster, by the name that kind knows it by. */
  readonly cluster: string;
  /** The name of the node and its container. */
  readonly node: string;
  readonly image: string;
  readonly network: string;
}

/**
 * Starts the container of one more worker as kind starts those that a cluster begins with, so that kind takes it for one of
 * them: kind itself can add none. The node is no member of the cluster yet.
 */
export async function startWorker(
  engine: DockerEngine,
  { cluster, node, image, network }: NodeContainer,
): Promise<void> {
  const labels = [`io.x-k8s.kind.cluster=${cluster}`, 'io.x-k8s.kind.role=worker'];
  const unconfined = ['--privileged', '--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'];
  const files = ['--tmpfs', '/tmp', '--tmpfs', '/run', '--volume', '/var', '--volume', '/lib/modules:/lib/modules:ro'];
  await engine.docker([
    'run',
    '--detach',
    '--tty',
    '--name',
    node,
    '--hostname',
    node,
    ...labels.flatMap((label) => ['--label', label]),
    '--net',
    network,
    '--cgroupns=private',
    ...unconfined,
    ...files,
    image,
  ]);
}
