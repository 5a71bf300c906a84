import { createServer } from 'node:net';
import { once } from 'node:events';

/** An address of the Service range; a mirror's Service listens on port 443 of such a one. */
const probe = { host: '127.64.255.254', port: 443 };

/** Rejects, saying what to do, when this machine cannot run the main job. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('this needs Linux: nodes and pods are made of its namespaces');
  const server = createServer().listen(probe);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `cannot listen on ${probe.host}:${probe.port}, as the mirror's Service does (${String(error)}). Run as root, or once:\n` +
        '  sudo sysctl net.ipv4.ip_unprivileged_port_start=443',
      { cause: error },
    );
  } finally {
    server.close();
  }
}
