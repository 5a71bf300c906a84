import { once } from 'node:events';
import { createServer } from 'node:net';

/** Rejects, saying what to do, when this machine cannot run the main job. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('this needs Linux: nodes and pods are made of its namespaces');
  // An address of the Service range: a mirror's Service listens on port 443 of such a one.
  await canListen('127.64.255.254', 443).catch((error: unknown) => {
    throw new Error(
      `cannot listen on port 443 of a loopback address, as the mirror's Service does (${String(error)}). Run as root, or once:\n` +
        '  sudo sysctl net.ipv4.ip_unprivileged_port_start=443',
      { cause: error },
    );
  });
  await canListen('127.0.0.1', 5000).catch((error: unknown) => {
    throw new Error(
      "port 5000 is taken, on which the mirror's pod listens: end the program that has it (another npm start -- --keep?)",
      { cause: error },
    );
  });
}

async function canListen(host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
