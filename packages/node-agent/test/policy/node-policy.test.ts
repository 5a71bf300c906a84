import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RefusedError, readPolicy } from '../../src/policy/node-policy.ts';
import { temporaryFolder } from '../running-agent.ts';

/** What the rules say about a name: undefined where they allow it. */
async function verdict(rules: Readonly<Record<string, string>>, hostname?: string): Promise<string | undefined> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(rules)) writeFileSync(join(folder, name), text);
  const policy = await readPolicy(folder);
  try {
    policy.assertAllows(hostname);
    return undefined;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return error.message.replace(folder, '');
  }
}

test.each<readonly [rules: Readonly<Record<string, string>>, hostname: string, verdict: string | undefined]>([
  [{}, 'mirror-a.io', undefined],
  [{ deny: '' }, 'mirror-a.io', undefined],
  [{ deny: 'mirror-a.io' }, 'mirror-a.io', 'mirror-a.io is left alone: /deny has mirror-a.io'],
  [{ deny: 'MIRROR-a.io\r\n' }, 'mirror-A.io', 'mirror-A.io is left alone: /deny has MIRROR-a.io'],
  [{ deny: '# none yet\n\n  \n' }, 'mirror-a.io', undefined],
  [{ deny: '*.example.com # ours\n' }, 'a.b.example.com', 'a.b.example.com is left alone: /deny has *.example.com'],
  [{ deny: '*.example.com\n' }, 'example.com', undefined],
  [{ deny: '*.example.com\n' }, 'badexample.com', undefined],
  [{ deny: 'example.com\n' }, 'a.example.com', undefined],
  [{ deny: '*' }, 'mirror-a.io', 'mirror-a.io is left alone: /deny has *'],
  [{ allow: '*.io\n' }, 'mirror-a.io', undefined],
  [{ allow: '*.io\n' }, 'mirror-a.org', 'mirror-a.org is left alone: /allow does not have it'],
  [{ allow: '' }, 'mirror-a.io', 'mirror-a.io is left alone: /allow does not have it'],
  [{ allow: '*.io' }, '10.0.0.7', undefined],
  [{ allow: '' }, '[fd00::7]', undefined],
  [{ deny: '10.0.0.7' }, '10.0.0.7', '10.0.0.7 is left alone: /deny has 10.0.0.7'],
  [{ allow: '*', deny: '*.io' }, 'mirror-a.io', 'mirror-a.io is left alone: /deny has *.io'],
])('the rules %j say of %s: %s', async (rules, hostname, wanted) =>
  expect(await verdict(rules, hostname)).toBe(wanted),
);

test.each(['true', 'TRUE\n', 'yes', '1', 'stop!'])('halt: %j stops all writes', async (halt) =>
  expect(await verdict({ halt })).toBe('nothing is written to this node while /halt says so'),
);

test.each(['', '\n', 'false', ' False\n'])('halt: %j stops nothing', async (halt) =>
  expect(await verdict({ halt }, 'mirror-a.io')).toBeUndefined(),
);

test('there are no rules where there is no folder', async () =>
  expect((await readPolicy('/nonexistent')).assertAllows('mirror-a.io')).toBeUndefined());

test.each(['mirror-*.io', 'a b', 'http://a', '*.'])(
  'the pattern %j is an error: who wrote it meant something',
  async (deny) =>
    expect(verdict({ deny }, 'a')).rejects.toThrow('but must have names such as example.com or *.example.com'),
);

test('what cannot be read is an error, not a missing rule', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'halt'));
  await expect(readPolicy(folder)).rejects.toThrow('EISDIR');
});
