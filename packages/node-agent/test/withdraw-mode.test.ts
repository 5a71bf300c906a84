import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readyz } from './readyz.ts';
import { RunningAgent, temporaryFolder } from './running-agent.ts';

const agents: RunningAgent[] = [];
const port = 24_391;

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop('SIGKILL')));
});

/** Of an agent that was killed. */
const leftover = '.ca.crt.0b0e3a4e-6a2b-4c57-9d0f-5b1c4d2e3f40.tmp';
const lines = '::1 localhost\n10.0.0.5\tmirror-a.io\n10.0.0.6\tmirror-b.io\n';

/** A node where the agents of two mirrors were: two lines in the hosts file, two folders of certificates, and rules. */
function node(
  policy: Readonly<Record<string, string>> = {},
  { more = {}, before = lines }: { more?: Readonly<Record<string, string>>; before?: string } = {},
) {
  const root = temporaryFolder();
  const hosts = join(root, 'hosts');
  writeFileSync(hosts, before);
  for (const [folder, files] of [
    ['certs.d/a', { 'tls.crt': 'ours', 'ca.crt': 'ours', [leftover]: 'half' }],
    ['certs.d/b', { 'tls.crt': 'ours', 'ca.crt': 'somebody else', 'client.cert': 'somebody else' }],
    ['certs.d/c', { 'tls.crt': 'ours' }],
    ['policy', policy],
  ] as const) {
    mkdirSync(join(root, folder), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
  }
  symlinkSync('tls.crt', join(root, 'certs.d/c/ca.crt'));
  const environment = {
    HOSTS_FILE: hosts,
    LOCK_FILE: join(root, 'lock'),
    POLICY_DIR: join(root, 'policy'),
    HEALTH_PORT: String(port),
    LOG_LEVEL: 'INFO',
    WITHDRAW_FQDNS: 'mirror-a.io',
    WITHDRAW_FOLDERS: ['a', 'b', 'c', 'never'].map((folder) => join(root, 'certs.d', folder)).join(','),
    ...more,
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
  ['a', leftover, 'ca.crt', 'tls.crt'],
  ['b', 'ca.crt', 'client.cert', 'tls.crt'],
  ['c', 'ca.crt', 'tls.crt'],
];

test('what mirrors left on the node is taken away, once, and what is not ours stays', async () => {
  const { root, start, hosts, certificates } = node();
  const agent = await start();
  const folders = ['a', 'b', 'c', 'never'].map((folder) => join(root, 'certs.d', folder));
  const said = `mirror-a.io, ${folders.join(', ')} is withdrawn from this node; ca.crt and client.cert in ${folders[1]} stay: no agent wrote that`;
  await expect.poll(() => readyz(port)).toBe(`200 ${said}\n`);
  expect(agent.output).toContain(`[WARNING] ${said}\n`);
  expect(hosts()).toBe('::1 localhost\n10.0.0.6\tmirror-b.io\n');
  expect(certificates()).toEqual([['b', 'ca.crt', 'client.cert']]);
  expect(await agent.stop()).toBe(0);
});

test('a halted node keeps everything until the administrator goes on', async () => {
  const { root, start, hosts, certificates } = node({ halt: 'true\n' });
  await start();
  await expect.poll(() => readyz(port)).toBe(`503 nothing is written to this node while ${root}/policy/halt says so\n`);
  expect([hosts(), certificates()]).toEqual([lines, before]);
  writeFileSync(join(root, 'policy/halt'), 'false\n');
  await expect.poll(() => readyz(port)).toMatch(/^200 /);
  expect(hosts()).toBe('::1 localhost\n10.0.0.6\tmirror-b.io\n');
});

test.each([{ deny: '*.io\n' }, { allow: '' }])(
  'a line of ours goes though the lists have come to forbid its name: %j',
  async (policy) => {
    const { start, hosts } = node(policy);
    await start();
    await expect.poll(() => readyz(port)).toMatch(/^200 mirror-a\.io, /);
    expect(hosts()).toBe('::1 localhost\n10.0.0.6\tmirror-b.io\n');
  },
);

test('a line that is not ours stays, and its name is not called withdrawn', async () => {
  const foreign = '::1 localhost\n10.0.0.9 mirror-a.io other # by hand\n10.1.0.7\tmirror-a.io\n';
  const { root, start, hosts } = node(
    {},
    {
      before: `${foreign}10.0.0.5\tmirror-a.io\n`,
      more: { WITHDRAW_FQDNS: 'mirror-b.io,mirror-a.io', WITHDRAW_FOLDERS: '', NODE_IP: '10.1.0.7' },
    },
  );
  const agent = await start();
  const said = `mirror-b.io is withdrawn from this node; mirror-a.io stays in ${root}/hosts, in what no agent wrote`;
  await expect.poll(() => readyz(port)).toBe(`200 ${said}\n`);
  expect(hosts()).toBe(foreign);
  expect(agent.output).toContain(`[WARNING] ${said}`);
});

test('names that no agent touches are passed over with a warning, and the rest is withdrawn', async () => {
  const needed =
    '127.0.0.1\tlocalhost\n10.0.0.8\tworker-1\n10.0.0.7\tapi.example.org\n10.0.0.3\ta.svc.k8s.example.org\n';
  const { start, hosts } = node(
    {},
    {
      before: `${needed}10.0.0.5\tmirror-a.io\n`,
      more: {
        WITHDRAW_FQDNS: 'localhost,10.0.0.5,worker-1,api.example.org,a.svc.k8s.example.org,mirror-a.io',
        WITHDRAW_FOLDERS: '',
        NODE_NAME: 'worker-1.example.org',
        CLUSTER_DOMAIN: 'k8s.example.org',
        // Nobody answers there, and withdrawing waits for nobody.
        KUBERNETES_SERVICE_HOST: 'api.example.org',
        KUBERNETES_SERVICE_PORT: '1',
      },
    },
  );
  const agent = await start();
  const said = [
    'mirror-a.io is withdrawn from this node',
    'localhost is left alone: it must be a name that is not localhost',
    '10.0.0.5 is left alone: it must be a host name without a port',
    'worker-1 is left alone: it is a name of the node, which the node needs itself',
    'api.example.org is left alone: it is a name of the API server, which the node needs itself',
    'a.svc.k8s.example.org is left alone: it must be a name that the cluster does not need itself, unlike kubernetes, kubernetes.default and what ends in .svc or .cluster.local or .svc.k8s.example.org',
  ].join('; ');
  await expect.poll(() => readyz(port)).toBe(`200 ${said}\n`);
  expect(hosts()).toBe(needed);
  expect(agent.output).toContain(`[WARNING] ${said}`);
  expect(agent.output).toContain('[WARNING] The API server does not tell its names, so none of them is known: ');
});
