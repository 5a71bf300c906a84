import { access, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from './run-program.ts';

// Debian asks this file whether a package may start its services at installation; 101 is no.
const policyFile = '/usr/sbin/policy-rc.d';

/**
 * Sees to it that these programs are there, by installing what Debian has them in; their services are not started. Fails,
 * saying what to install, where apt-get or the right to use it is missing.
 *
 * @param packages the Debian package of each program
 */
export async function needDebianPackages(packages: Readonly<Record<string, string>>): Promise<void> {
  const found = await Promise.all(
    Object.keys(packages).map(async (program) => [program, await isThere(program)] as const),
  );
  const missing = found.flatMap(([program, isFound]) => (isFound ? [] : [program]));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !(await isThere('apt-get'))) {
    throw new Error(`missing: ${missing.join(', ')}. Install them with your package manager, then try again.`);
  }
  const names = missing.map((program) => packages[program] ?? program);
  const isOurs = await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await runProgram('apt-get', ['update', '-qq'], { env });
    await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  } finally {
    if (isOurs) await rm(policyFile, { force: true });
  }
}

async function isThere(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const tries = folders.map((folder) => access(join(folder, program)));
  return Promise.any(tries).then(
    () => true,
    () => false,
  );
}
