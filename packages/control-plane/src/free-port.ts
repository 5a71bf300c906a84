import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range from which Linux takes ports for outgoing connections, so that none of these gets it meanwhile.
const [first, last] = [20_000, 30_000];

/** A TCP port that nobody listens on at 127.0.0.1 right now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await isPortFree(port)) return port;
  }
}

/** Whether this process could listen on 127.0.0.1:`port`. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
