import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { poll, type Watchdog } from '@entrepot/control-plane';
import { fetcherRequests } from './fetcher-requests.ts';
import { startProgram } from './program.ts';

const run = promisify(execFile);

/** A registry to mirror. */
export interface Upstream {
  /** `host[:port]`, as spec.upstreamUrl takes it. */
  readonly host: string;
  readonly plainHTTP: boolean;
  /** Whether it was started here, and may be stopped. */
  readonly isOurs: boolean;
  /** How many requests it was sent so far. */
  requests(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a registry with one real image in it: the client's own program in one layer and 16 MB that no one can compress in another. */
export async function startUpstream(
  { registry, crane }: { registry: string; crane: string },
  directory: string,
  image: string,
  watchdog: Watchdog,
): Promise<Upstream> {
  await mkdir(join(directory, 'program'), { recursive: true });
  await mkdir(join(directory, 'data'));
  await copyFile(crane, join(directory, 'program/crane'));
  await writeFile(join(directory, 'data/bytes'), randomBytes(16_000_000));
  const logFile = join(directory, 'registry.log');
  const program = await startProgram(
    registry,
    ['--listen', '127.0.0.1:0', '--root', join(directory, 'content'), '--verbose'],
    { logFile, watchdog },
  );
  let host = '';
  const hasStarted = async () => {
    host = /listening on (\S+)/.exec(await program.output())?.[1] ?? '';
    return host !== '';
  };
  await poll('the upstream registry listens', hasStarted, { deadlineMs: 20_000 });
  const layers = ['program', 'data'].map((name) => join(directory, `${name}.tar`));
  await run('tar', ['-C', join(directory, 'program'), '-cf', join(directory, 'program.tar'), '.']);
  await run('tar', ['-C', join(directory, 'data'), '-cf', join(directory, 'data.tar'), '.']);
  await run(crane, ['append', ...layers.flatMap((layer) => ['--new_layer', layer]), '--new_tag', `${host}/${image}`]);
  const seen = async () => countRequests(await program.output());
  const before = await seen();
  return {
    host,
    plainHTTP: true,
    isOurs: true,
    requests: async () => (await seen()) - before,
    stop: () => program.stop(),
  };
}

/** A registry of somebody else's. Its requests are counted by the one who makes them, the fetcher in the mirror's pod. */
export function realUpstream(host: string, nodeDirectory: string): Upstream {
  return {
    host,
    plainHTTP: false,
    isOurs: false,
    requests: () => fetcherRequests(nodeDirectory),
    stop: async () => {},
  };
}

/** How many requests a registry's log tells of: one line with a status each. */
export function countRequests(log: string): number {
  return log.split('\n').filter((line) => line.includes('http.response.status')).length;
}
