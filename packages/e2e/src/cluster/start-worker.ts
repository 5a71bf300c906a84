import type { DockerEngine } from '../engine/docker-engine.ts';

/** The container that {@link startWorker} starts. */
export interface NodeContainer {
  /** The cluster, by the name that kind knows it by. */
  readonly cluster: string;
  /** The name of the node and its container. */
  readonly node: string;
  /** The node whose image and kernel settings it has. */
  readonly like: string;
  readonly network: string;
}

/**
 * Starts the container of one more worker as kind starts those that a cluster begins with, so that kind takes it for one of
 * them: kind itself can add none. The node is no member of the cluster yet.
 */
export async function startWorker(
  engine: DockerEngine,
  { cluster, node, like, network }: NodeContainer,
): Promise<void> {
  // Where a cluster has IPv6, kind has its nodes' kernel settings say so.
  const format = '{{.Config.Image}}{{range $name, $value := .HostConfig.Sysctls}} --sysctl={{$name}}={{$value}}{{end}}';
  const inspected = (await engine.docker(['inspect', '--format', format, like])).trim();
  const [image = '', ...settings] = inspected.split(' ');
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
    ...settings,
    image,
  ]);
}

/** The addresses that the engine gave a node's container: of IPv4, and where its network has it also of IPv6. */
export async function nodeAddresses(engine: DockerEngine, node: string): Promise<readonly string[]> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}';
  return (await engine.docker(['inspect', '--format', format, node])).trim().split(' ');
}
