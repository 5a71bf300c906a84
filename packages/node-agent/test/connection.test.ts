import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { harm } from '@entrepot/control-plane';
import { afterEach, expect, test } from 'vitest';
import { line, pristine, useCluster } from './nodes-of-a-cluster.ts';
import { builtProgram } from './running-agent.ts';

const { cluster, node, createService, deleteService } = useCluster();
const ends: (() => void)[] = [];

afterEach(() => ends.splice(0).forEach((end) => end()));

const kubectl = (...words: readonly string[]): string =>
  execFileSync(cluster().kubectl, ['--kubeconfig', cluster().kubeconfig, ...words], { encoding: 'utf8' });

test("without a kubeconfig, works with the account of its pod, which may do no more than mirror-hostess's", async () => {
  kubectl('create', 'serviceaccount', 'agents');
  kubectl('create', 'role', 'agents', '--verb=list,watch', '--resource=services');
  kubectl('create', 'rolebinding', 'agents', '--role=agents', '--serviceaccount=default:agents');
  const { folder, hosts, backup, lock, read } = node();
  const account = join(folder, 'run/secrets/kubernetes.io/serviceaccount');
  mkdirSync(account, { recursive: true });
  cpSync(join(cluster().directory, 'ca.crt'), join(account, 'ca.crt'));
  writeFileSync(join(account, 'token'), kubectl('create', 'token', 'agents'));
  await createService('account', '127.64.0.100');

  const { hostname, port } = new URL(cluster().server);
  const identity = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = 'mount --bind "$0" /run && exec "$@"';
  const words = [join(folder, 'run'), process.execPath, await builtProgram()];
  const agent = spawn('unshare', [...identity, '--mount', 'sh', '-c', script, ...words], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      HOSTS_FILE: hosts,
      HOSTS_FILE_BACKUP: backup,
      LOCK_FILE: lock,
      SERVICE_NAME: 'account',
      SHADOW_FQDN: 'mirror-p.io',
    },
    stdio: 'ignore',
  });
  ends.push(() => agent.kill('SIGKILL'));
  await expect.poll(read).toBe(line('127.64.0.100', 'mirror-p.io'));
});

test('watches on, after a pause, when the API server ends its watch', async () => {
  const { proxy, kubeconfig } = await cluster().startProxy();
  const { folder, agent, read } = node();
  const secure = await withTLS(proxy.server);
  const config = join(folder, 'kubeconfig');
  writeFileSync(config, readFileSync(kubeconfig, 'utf8').replace(proxy.server, secure));
  await createService('ended', '127.64.0.101');
  const running = await agent('ended', 'mirror-w.io', { KUBECONFIG: config, SECONDS_BETWEEN_STREAMS: '2' });
  await expect.poll(read).toBe(line('127.64.0.101', 'mirror-w.io'));
  await expect.poll(() => proxy.openWatches).toHaveLength(1);

  const endedAt = performance.now();
  proxy.harmWatches(harm.ended());
  await deleteService('ended');
  await expect.poll(read).toBe(`${pristine}\n`);
  expect(performance.now() - endedAt).toBeGreaterThan(1_900);
  await createService('ended', '127.64.0.102');
  await expect.poll(read).toBe(line('127.64.0.102', 'mirror-w.io'));
  expect(running.output).not.toContain('failed');
});

/** The same server with TLS before it, without which agents ask no API server. */
async function withTLS(server: string): Promise<string> {
  const pair = {
    cert: readFileSync(join(cluster().directory, 'server.crt')),
    key: readFileSync(join(cluster().directory, 'server.key')),
  };
  const { hostname, port } = new URL(server);
  const sockets = new Set<Socket>();
  const front: Server = createServer(pair, (agent) => {
    const api = connect(Number(port), hostname);
    for (const [socket, other] of [
      [agent, api],
      [api, agent],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  ends.push(() => {
    front.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  return `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
