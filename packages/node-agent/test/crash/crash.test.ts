import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../running-agent.ts';

const supervisor = fileURLToPath(new URL('supervisor.ts', import.meta.url));
/** Mounts and processes go with it, however it ends; without root, a user namespace gives the right to mount. */
const asRoot = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const namespace = process.getuid?.() === 0 ? asRoot : ['--user', '--map-root-user', ...asRoot];
const [changes, kills] = [1000, 25];
const timeout = 300_000;

describe('a bind-mounted hosts file, through changes and kill -9 at any moment', { timeout }, () => {
  test.each([
    ['ext4', 8],
    ['ext4', 2000],
    ['overlay', 8],
    ['overlay', 2000],
  ])('is never seen empty, torn or short of a foreign byte: %s, %i lines', async (kind, lines) => {
    const command = [process.execPath, supervisor, kind, lines, changes, kills, temporaryFolder()].map(String);
    const { stdout } = await promisify(execFile)('unshare', [...namespace, ...command], { timeout: timeout - 5000 });
    console.log(stdout.trim());
    expect(stdout).not.toContain('trouble');
    const [, made, killed] = /lines: (\d+) changes, (\d+) kills/.exec(stdout) ?? [];
    expect(Number(made)).toBeGreaterThanOrEqual(changes);
    expect(Number(killed)).toBeGreaterThanOrEqual(kills);
  });
});
