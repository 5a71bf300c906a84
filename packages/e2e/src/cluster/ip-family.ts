import { access } from 'node:fs/promises';
import type { DockerEngine } from '../engine/docker-engine.ts';
import type { IpFamily } from './kind-config.ts';

/** Both families of addresses wherever nodes on this network of the engine get both. */
export async function widestFamily(engine: DockerEngine, network: string): Promise<IpFamily> {
  const asked = engine.docker(['network', 'inspect', '--format', '{{.EnableIPv6}}', network]);
  const hasIPv6 = await asked.then(
    (said) => said.trim() === 'true',
    // kind makes it for the first cluster, and with IPv6 unless the kernel has none.
    () => isThere('/proc/net/if_inet6'),
  );
  return hasIPv6 ? 'dual' : 'ipv4';
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
