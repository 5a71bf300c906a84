import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '@entrepot/control-plane';
import { afterEach, expect, test } from 'vitest';
import { readyz } from './readyz.ts';
import { RunningAgent, temporaryFolder } from './running-agent.ts';

const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
const agents: RunningAgent[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop('SIGKILL')));
});

/** A Secret volume as a kubelet lays it out: a change swaps the link `..data`. */
function secretVolume(folder: string, content: string) {
  let generation = 0;
  const update = (text: string): void => {
    const data = `..${generation++}`;
    mkdirSync(join(folder, data), { recursive: true });
    writeFileSync(join(folder, data, 'tls.crt'), text);
    symlinkSync(data, join(folder, '..tmp'));
    renameSync(join(folder, '..tmp'), join(folder, '..data'));
  };
  update(content);
  symlinkSync('..data/tls.crt', join(folder, 'tls.crt'));
  return { source: join(folder, 'tls.crt'), update };
}

async function keeping(
  content: string,
  more: Readonly<Record<string, string>> = {},
  /** What stands in the first folder already. */
  before: Readonly<Record<string, string>> = {},
) {
  const folder = temporaryFolder();
  const { source, update } = secretVolume(join(folder, 'source'), content);
  const targets = [join(folder, 'certs.d', 'mirror-a.io'), join(folder, 'certs.d', 'mirror-a.io:443')];
  if (Object.keys(before).length > 0) mkdirSync(targets[0] ?? '', { recursive: true });
  for (const [name, text] of Object.entries(before)) writeFileSync(join(targets[0] ?? '', name), text);
  const environment = { CA_SOURCE: source, CA_TARGETS: targets.join(','), CA_CHECK_SECONDS: '0.05', ...more };
  const agent = await RunningAgent.start(environment, 'trusted-ca');
  agents.push(agent);
  const files = targets.flatMap((target) => [join(target, 'tls.crt'), join(target, 'ca.crt')]);
  /** What the files hold, each content once. */
  const contents = (): string[] => [...new Set(files.map((file) => readFileSync(file, 'utf8')))];
  return { agent, update, targets, contents };
}

test('certificates are copied to every folder, follow the Secret, come back when removed, and stay at the end', async () => {
  const { agent, update, targets, contents } = await keeping(pem('one'));
  await expect.poll(contents).toEqual([pem('one')]);
  update(pem('two'));
  await expect.poll(contents).toEqual([pem('two')]);
  // In one step: the agent may be writing there.
  renameSync(targets[0] ?? '', `${targets[0]}.away`);
  await expect.poll(contents).toEqual([pem('two')]);
  expect(await agent.stop()).toBe(0);
  await expect.poll(contents).toEqual([pem('two')]);
  expect(targets.map((target) => readdirSync(target).sort())).toEqual([
    ['ca.crt', 'tls.crt'],
    ['ca.crt', 'tls.crt'],
  ]);
});

test('a private key never reaches a node: what was trusted before stays', async () => {
  const { agent, update, contents } = await keeping(pem('one'));
  await expect.poll(contents).toEqual([pem('one')]);
  update(`${pem('two')}-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n`);
  await poll('complaint', () => agent.output.includes('holds a private key'), { deadlineMs: 60_000 });
  await expect.poll(contents).toEqual([pem('one')]);
  update(pem('three'));
  await expect.poll(contents).toEqual([pem('three')]);
});

test('what is no certificate is refused, once', async () => {
  const { agent, update, contents } = await keeping('nothing');
  await poll('complaint', () => agent.output.includes('holds no certificate in PEM'), { deadlineMs: 60_000 });
  update(pem('one'));
  await expect.poll(contents).toEqual([pem('one')]);
  expect(agent.output.match(/holds no certificate/g)).toHaveLength(1);
});

test('it is ready only when the certificates that are to be in place are in every folder', async () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const port = 24_399;
  const more = { CA_SHA256: sha256(pem('two')).toUpperCase(), HEALTH_PORT: String(port) };
  const { update, targets, contents } = await keeping(pem('one'), more);
  await expect.poll(() => readyz(port)).toContain(`SHA-256 ${sha256(pem('one'))}, not yet ${sha256(pem('two'))}`);
  expect(await readyz(port)).toMatch(/^503 /);
  expect(contents()).toEqual([pem('one')]);
  update(pem('two'));
  await expect.poll(() => readyz(port)).toMatch(/^200 /);
  expect(contents()).toEqual([pem('two')]);
  // A folder that cannot be written any more.
  renameSync(targets[1] ?? '', `${targets[1]}.away`);
  writeFileSync(targets[1] ?? '', 'no folder');
  await expect.poll(() => readyz(port)).toMatch(/^503 .*EEXIST/);
});

const port = 24_389;
const seen = (folder: string | undefined, name: string): string => readFileSync(join(folder ?? '', name), 'utf8');

test('a ca.crt that no agent wrote stays, which is said, and tls.crt is kept beside it', async () => {
  const more = { HEALTH_PORT: String(port) };
  const { agent, update, targets } = await keeping(pem('one'), more, { 'ca.crt': pem('theirs') });
  const said = `${targets[0]}/ca.crt stays as it is: no agent wrote it`;
  await expect.poll(() => readyz(port)).toMatch(/^200 /);
  expect(await readyz(port)).toContain(`; ${said}\n`);
  expect(agent.output).toContain(`; ${said}\n`);
  expect(agent.output).toContain('[WARNING]');
  update(pem('two'));
  await expect.poll(() => seen(targets[0], 'tls.crt')).toBe(pem('two'));
  await expect.poll(() => seen(targets[1], 'ca.crt')).toBe(pem('two'));
  expect(seen(targets[0], 'ca.crt')).toBe(pem('theirs'));
});

test.each([
  { title: 'of what was there before', before: { 'tls.crt': pem('former'), 'ca.crt': pem('former') } },
  { title: 'of what is to be there', before: { 'tls.crt': pem('former'), 'ca.crt': pem('one') } },
  { title: 'whose tls.crt somebody took away', before: { 'ca.crt': pem('one') } },
])('a ca.crt that is a copy $title is ours, and is the same as tls.crt at every moment', async ({ before }) => {
  const { update, targets, contents } = await keeping(pem('one'), {}, before);
  await expect.poll(contents).toEqual([pem('one')]);
  // In one step for both: a crash in the middle leaves nothing that looks like somebody else's.
  await expect.poll(() => readlinkSync(join(targets[0] ?? '', 'ca.crt'))).toBe('tls.crt');
  update(pem('two'));
  await expect.poll(contents).toEqual([pem('two')]);
});

test('names that the administrator keeps from mirrors get no certificates, and what is there stays', async () => {
  const policy = temporaryFolder();
  writeFileSync(join(policy, 'deny'), 'mirror-a.io\n');
  const more = { HEALTH_PORT: String(port), POLICY_DIR: policy, CA_NAMES: 'mirror-a.io,mirror-b.io' };
  const before = { 'ca.crt': pem('theirs') };
  const { agent, targets } = await keeping(pem('one'), more, before);
  const said = `mirror-a.io is left alone: ${policy}/deny has mirror-a.io`;
  await expect.poll(() => readyz(port)).toBe(`503 ${said}\n`);
  expect(agent.output).toContain(`[WARNING] ${said}\n`);
  expect(readdirSync(targets[0] ?? '')).toEqual(['ca.crt']);
  await expect.poll(() => seen(targets[1], 'tls.crt')).toBe(pem('one'));
  writeFileSync(join(policy, 'deny'), '');
  await expect.poll(() => readyz(port)).toMatch(/^200 /);
  expect(seen(targets[0], 'tls.crt')).toBe(pem('one'));
});

test('what a killed agent left half written goes when the next one starts', async () => {
  const leftover = '.tls.crt.0b0e3a4e-6a2b-4c57-9d0f-5b1c4d2e3f40.tmp';
  const before = { [leftover]: 'half', '.tls.crt.swp': 'theirs', '.ca.crt.notes.tmp': 'theirs' };
  const { targets, contents } = await keeping(pem('one'), {}, before);
  await expect.poll(contents).toEqual([pem('one')]);
  expect(readdirSync(targets[0] ?? '').sort()).toEqual(['.ca.crt.notes.tmp', '.tls.crt.swp', 'ca.crt', 'tls.crt']);
});
