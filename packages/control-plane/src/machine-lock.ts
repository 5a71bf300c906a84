import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

/**
 * Runs `work` while no other process of this machine runs work under the same name. The lock is a socket in Linux's
 * abstract namespace: the kernel frees it however its holder ends, so there is nothing stale to clean up. Elsewhere
 * there is no such namespace and the work runs unlocked; callers must make its result visible by a rename anyway.
 */
export async function withMachineLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux') return work();
  const address = `\0entrepot-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  const server = await acquire(address);
  try {
    return await work();
  } finally {
    server.close();
  }
}

async function acquire(address: string): Promise<Server> {
  for (;;) {
    const server = await listen(address);
    if (server !== undefined) return server;
    await released(address);
  }
}

async function listen(address: string): Promise<Server | undefined> {
  // Waiting processes hang on their connection until the holder is gone; it must not keep the holder from ending.
  const waiting = new Set<{ destroy(): unknown }>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => {}).on('close', () => waiting.delete(socket));
  });
  const close = server.close.bind(server);
  server.close = (callback) => {
    for (const socket of waiting) socket.destroy();
    return close(callback);
  };
  server.listen(address);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

/** Done when the holder is gone; how it went (closed, reset, refused) makes no difference. */
async function released(address: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  connect(address)
    .on('error', () => {})
    .on('close', () => resolve())
    .resume();
  await promise;
}
