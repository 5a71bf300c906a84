import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { registryPrograms, type RegistryPrograms } from '../../src/index.ts';

const execute = promisify(execFile);

describe('the registry and crane', () => {
  let directory: string;
  let programs: RegistryPrograms;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entrepot-registry-'));
    programs = await registryPrograms();
  }, 900_000);
  afterAll(() => rm(directory, { recursive: true }));

  const crane = async (...args: string[]): Promise<string> =>
    (await execute(programs.crane, args, { env: { HOME: directory } })).stdout.trim();
  const serve = async (...options: string[]): Promise<{ address: string; stop(): Promise<void> }> => {
    const root = join(directory, 'root');
    const server: ChildProcess = spawn(programs.registry, ['--root', root, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (server.stdout === null) throw new Error('no output');
    const line = String((await once(createInterface(server.stdout), 'line'))[0]);
    const stop = async (): Promise<void> => {
      if (server.exitCode === null && server.kill('SIGTERM')) await once(server, 'exit');
    };
    onTestFinished(stop);
    return { address: line.replace('listening on ', ''), stop };
  };

  test('an image that is pushed is pulled unchanged, also after a restart of the registry', async () => {
    const layer = join(directory, 'layer.tar');
    await writeFile(join(directory, 'file'), 'content');
    await execute('tar', ['-cf', layer, '-C', directory, 'file']);
    const first = await serve();
    await crane('append', '--insecure', '-f', layer, '-t', `${first.address}/team/app:1`);
    const digest = await crane('digest', '--insecure', `${first.address}/team/app:1`);
    await first.stop();

    const second = await serve();

    expect(await crane('digest', '--insecure', `${second.address}/team/app:1`)).toBe(digest);
    await crane('pull', '--insecure', `${second.address}/team/app@${digest}`, join(directory, 'image.tar'));
    expect(await crane('catalog', '--insecure', second.address)).toBe('team/app');
  }, 60_000);

  test('a registry with an account asks for it and answers those who have it', async () => {
    const { address } = await serve('--basic-auth', 'reader:secret');
    const ask = (account: string): Promise<Response> =>
      fetch(`http://${address}/v2/`, { headers: { authorization: `Basic ${btoa(account)}` } });

    expect((await ask('reader:secret')).status).toBe(200);
    const refusal = await ask('reader:guess');
    expect([refusal.status, refusal.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="registry"']);
  });
});
