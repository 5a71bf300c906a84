import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { line, pristine, useCluster } from './nodes-of-a-cluster.ts';
import { readyz } from './readyz.ts';

const { node, createService, changeAddress } = useCluster();
const port = 24_393;
const health = { HEALTH_PORT: String(port), HOSTS_CHECK_SECONDS: '0.1' };

/** A node with an administrator's rules. */
function ruledNode(rules: Readonly<Record<string, string>>) {
  const made = node();
  const policy = join(made.folder, 'policy');
  mkdirSync(policy);
  const rule = (name: string, text: string): void => writeFileSync(join(policy, name), text);
  for (const [name, text] of Object.entries(rules)) rule(name, text);
  return { ...made, policy, rule };
}

test.each([
  ['a denied name', { deny: '# never\n*.corp.example\nquay.io\n' }, 'DENY has quay.io'],
  ['a name that is not among the allowed ones', { allow: 'mirror-*.io\nother.io\n' }, 'ALLOW has "mirror-*.io"'],
  ['any name, where none is allowed', { allow: '' }, 'ALLOW does not have it'],
])('%s leaves the file unchanged', async (_title, rules, why) => {
  await createService('ruled', '127.64.0.70').catch(() => {});
  const { agent, read, policy } = ruledNode(rules);
  await agent('ruled', 'quay.io', health);
  const reason = why.replace('DENY', `${policy}/deny`).replace('ALLOW', `${policy}/allow`);
  await expect.poll(() => readyz(port)).toContain(reason);
  expect(await readyz(port)).toMatch(/^503 /);
  expect(read()).toBe(pristine);
});

test('rules that change count at once: a name is let in, and what is there stays when it is denied', async () => {
  await createService('let-in', '127.64.0.71');
  const { agent, read, rule } = ruledNode({ allow: 'other.io\n' });
  await agent('let-in', 'mirror-l.io', health);
  await expect.poll(() => readyz(port)).toMatch(/^503 mirror-l\.io is left alone/);
  rule('allow', 'other.io\n*.io\n');
  await expect.poll(read).toBe(line('127.64.0.71', 'mirror-l.io'));
  rule('deny', 'mirror-l.io');
  await expect.poll(() => readyz(port)).toMatch(/^503 mirror-l\.io is left alone/);
  await changeAddress('let-in', '127.64.0.72');
  await expect.poll(() => readyz(port)).toMatch(/^503 mirror-l\.io is left alone/);
  expect(read()).toBe(line('127.64.0.71', 'mirror-l.io'));
});

test('a halted node is not written, not even the backup or the lock, until it is to go on', async () => {
  await createService('halted', '127.64.0.73');
  const { agent, folder, read, rule, policy } = ruledNode({ halt: 'true' });
  const running = await agent('halted', 'mirror-h.io', health);
  const said = `nothing is written to this node while ${policy}/halt says so`;
  await expect.poll(() => readyz(port)).toBe(`503 ${said}\n`);
  expect(running.output).toContain(`[WARNING] ${said}`);
  expect([read(), ...readdirSync(folder).sort()]).toEqual([pristine, 'hosts', 'policy']);
  rule('halt', 'false');
  await expect.poll(read).toBe(line('127.64.0.73', 'mirror-h.io'));

  rule('halt', 'yes, because of the incident');
  await expect.poll(() => readyz(port)).toBe(`503 ${said}\n`);
  await changeAddress('halted', '127.64.0.74');
  await expect.poll(() => readyz(port)).toBe(`503 ${said}\n`);
  expect(read()).toBe(line('127.64.0.73', 'mirror-h.io'));
  rmSync(policy, { recursive: true });
  await expect.poll(read).toBe(line('127.64.0.74', 'mirror-h.io'));
});

test("a Service with the node's own address leaves the file unchanged", async () => {
  await createService('unfit', '127.64.0.75');
  const { agent, read } = ruledNode({});
  await agent('unfit', 'mirror-u.io', { ...health, NODE_IP: '127.64.0.75' });
  await expect
    .poll(() => readyz(port))
    .toBe('503 mirror-u.io is left alone: 127.64.0.75 is not what a Service can have\n');
  expect(read()).toBe(pristine);
});
