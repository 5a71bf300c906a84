import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { line, pristine, useCluster } from './nodes-of-a-cluster.ts';
import { readyz } from './readyz.ts';
import { RunningAgent } from './running-agent.ts';

const { cluster, node, createService } = useCluster();
const port = 24_390;
/** In the API server's certificate, and in no variable of a pod. */
const endpoint = 'control-plane.example.org';
const said = `${endpoint} is left alone: it is a name of the API server, which the node needs itself`;
const withdrawing: RunningAgent[] = [];

afterEach(async () => {
  await Promise.all(withdrawing.splice(0).map((agent) => agent.stop('SIGKILL')));
});

test('a mirror under the name of the control-plane endpoint does not touch its line', async () => {
  await createService('astray', '127.64.0.80');
  const { agent, hosts, read } = node();
  writeFileSync(hosts, line('10.1.0.2', endpoint));
  const running = await agent('astray', endpoint, { HEALTH_PORT: String(port), HOSTS_CHECK_SECONDS: '0.1' });
  await expect.poll(() => readyz(port)).toBe(`503 ${said}\n`);
  expect(running.output).toContain(`[WARNING] ${said}`);
  expect(await running.stop()).toBe(1);
  expect(read()).toBe(line('10.1.0.2', endpoint));
});

test('withdrawing such a mirror asks the API server for its names, with no account, and leaves the line as well', async () => {
  const { folder, hosts, lock, read } = node();
  const kept = line('10.1.0.2', endpoint);
  writeFileSync(hosts, `${kept}10.0.0.5\tmirror-a.io\n`);
  const server = new URL(/https:\/\/[^\s"']+/.exec(readFileSync(cluster().kubeconfig, 'utf8'))?.[0] ?? '');
  const environment = {
    HOSTS_FILE: hosts,
    LOCK_FILE: lock,
    POLICY_DIR: join(folder, 'policy'),
    HEALTH_PORT: String(port),
    KUBERNETES_SERVICE_HOST: server.hostname,
    KUBERNETES_SERVICE_PORT: server.port,
    WITHDRAW_FQDNS: `${endpoint},mirror-a.io`,
  };
  withdrawing.push(await RunningAgent.start(environment, 'withdraw'));
  await expect.poll(() => readyz(port)).toBe(`200 mirror-a.io is withdrawn from this node; ${said}\n`);
  expect(read()).toBe(kept);
  expect(read()).toContain(pristine);
});
