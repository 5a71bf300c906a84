import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readyz } from './readyz.ts';
import { RunningAgent, temporaryFolder } from './running-agent.ts';

const patience = { timeout: 10_000, interval: 20 };
const agents: RunningAgent[] = [];
const port = 24_391;

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop('SIGKILL')));
});

/** A node where the agents of two mirrors were: two lines in the hosts file, two folders of certificates, and rules. */
function node(policy: Readonly<Record<string, string>> = {}) {
  const root = temporaryFolder();
  const hosts = join(root, 'hosts');
  writeFileSync(hosts, '::1 localhost\n10.0.0.5\tmirror-a.io\n10.0.0.6\tmirror-b.io\n');
  for (const [folder, files] of [
    ['certs.d/a', { 'tls.crt': 'ours', 'ca.crt': 'ours' }],
    ['certs.d/b', { 'tls.crt': 'ours', 'ca.crt': 'somebody else', 'client.cert': 'somebody else' }],
    ['policy', policy],
  ] as const) {
    mkdirSync(join(root, folder), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
  }
  const environment = {
    HOSTS_FILE: hosts,
    LOCK_FILE: join(root, 'lock'),
    POLICY_DIR: join(root, 'policy'),
    HEALTH_PORT: String(port),
    LOG_LEVEL: 'INFO',
    WITHDRAW_FQDNS: 'mirror-a.io',
    WITHDRAW_FOLDERS: [join(root, 'certs.d/a'), join(root, 'certs.d/b'), join(root, 'certs.d/never')].join(','),
  };
  return {
    root,
    start: async (): Promise<RunningAgent> => {
      const agent = await RunningAgent.start(environment, 'withdraw');
      agents.push(agent);
      return agent;
    },
    hosts: () => readFileSync(hosts, 'utf8'),
    certificates: () =>
      readdirSync(join(root, 'certs.d')).map((name) => [name, ...readdirSync(join(root, 'certs.d', name)).sort()]),
  };
}

const before = [
  ['a', 'ca.crt', 'tls.crt'],
  ['b', 'ca.crt', 'client.cert', 'tls.crt'],
];

test('what mirrors left on the node is taken away, once, and what is not ours stays', async () => {
  const { root, start, hosts, certificates } = node();
  const agent = await start();
  await expect
    .poll(() => readyz(port), patience)
    .toBe(`200 mirror-a.io, ${root}/certs.d/a, ${root}/certs.d/b, ${root}/certs.d/never is withdrawn from this node\n`);
  expect(hosts()).toBe('::1 localhost\n10.0.0.6\tmirror-b.io\n');
  expect(certificates()).toEqual([['b', 'ca.crt', 'client.cert']]);
  expect(await agent.stop()).toBe(0);
});

test('a halted node keeps everything until the administrator goes on', async () => {
  const { root, start, hosts, certificates } = node({ halt: 'true\n' });
  await start();
  await expect
    .poll(() => readyz(port), patience)
    .toBe(`503 nothing is written to this node while ${root}/policy/halt says so\n`);
  expect([hosts(), certificates()]).toEqual(['::1 localhost\n10.0.0.5\tmirror-a.io\n10.0.0.6\tmirror-b.io\n', before]);
  writeFileSync(join(root, 'policy/halt'), 'false\n');
  await expect.poll(() => readyz(port), patience).toMatch(/^200 /);
  expect(hosts()).toBe('::1 localhost\n10.0.0.6\tmirror-b.io\n');
});

test('a name that the administrator keeps from mirrors stays in the hosts file: that line is not ours', async () => {
  const { start, hosts } = node({ deny: '*.io\n' });
  const agent = await start();
  await expect.poll(() => readyz(port), patience).toMatch(/^200 /);
  expect(hosts()).toContain('10.0.0.5\tmirror-a.io\n');
  expect(agent.output).toMatch(/\[WARNING\] mirror-a\.io is left alone: .*\/deny has \*\.io\n/);
});
