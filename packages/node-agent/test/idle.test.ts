import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { line, useCluster } from './nodes-of-a-cluster.ts';
import { readyz } from './readyz.ts';

const { cluster, node, createService } = useCluster();
const mostMegabytes = 65;
const servers: Server[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A way to the API server that counts what goes through, and a kubeconfig for it. */
async function countedWay(folder: string): Promise<{ kubeconfig: string; open: () => number; received: () => number }> {
  const config = readFileSync(cluster().kubeconfig, 'utf8');
  const server = new URL(/https:\/\/[^\s"']+/.exec(config)?.[0] ?? '');
  let [open, received] = [0, 0];
  const way = createServer((agent) => {
    const api = connect(Number(server.port), server.hostname);
    open += 1;
    agent.once('close', () => ((open -= 1), api.destroy())).on('error', () => {});
    api.once('close', () => agent.destroy()).on('error', () => {});
    api.on('data', (bytes: Buffer) => (received += bytes.length));
    agent.pipe(api).pipe(agent);
  });
  servers.push(way);
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const address = way.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, config.replaceAll(server.origin, `https://${server.hostname}:${port}`));
  return { kubeconfig, open: () => open, received: () => received };
}

test('an idle agent has one watch of one Service, and hears nothing of others', async () => {
  await createService('idle', '127.64.0.90');
  const { agent, folder, read } = node();
  const { kubeconfig, open, received } = await countedWay(folder);
  const running = await agent('idle', 'mirror-i.io', { KUBECONFIG: kubeconfig, HEALTH_PORT: '24394' });
  await expect.poll(read).toBe(line('127.64.0.90', 'mirror-i.io'));
  await expect.poll(open).toBe(1);
  const before = received();
  for (let index = 0; index < 20; index += 1) await createService(`unrelated-${index}`);
  await createService('idle-2', '127.64.0.91');
  expect([received() - before, open()]).toEqual([0, 1]);
  expect(await readyz(24_394)).toMatch(/^200 /);

  const megabytes = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${running.pid}/status`, 'utf8'))?.[1]) / 1024;
  await delay(2000);
  console.log(`an idle agent: ${megabytes().toFixed(1)} MB RSS (at most ${mostMegabytes})`);
  expect(megabytes()).toBeLessThanOrEqual(mostMegabytes);
});
