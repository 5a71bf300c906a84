import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { loadConnection } from '../../src/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('finding the cluster', () => {
  let folder: string;
  let kubeconfig: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entrepot-connection-'));
    kubeconfig = join(folder, 'config');
    const user = {
      name: 'u',
      user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile: join(folder, 'token') } } },
    };
    await writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443/base/', 'tls-server-name': 'api' } }],
        users: [user, { name: 'basic', user: { username: 'me', password: 'secret' } }],
        contexts: [
          { name: 'one', context: { cluster: 'c', user: 'u', namespace: 'mine' } },
          { name: 'two', context: { cluster: 'c', user: 'basic' } },
        ],
        'current-context': 'one',
      }),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('reads server, namespace and TLS names from the kubeconfig', async () => {
    await writeFile(join(folder, 'token'), 'first');
    const connection = await loadConnection({ kubeconfig });
    expect(connection).toMatchObject({ server: 'https://api.example:6443/base', namespace: 'mine' });
    expect(await connection.credentials()).toMatchObject({
      headers: { Authorization: 'Bearer first' },
      tls: { servername: 'api' },
    });
  });

  test('takes another context by name, and names those there are when there is no such', async () => {
    const connection = await loadConnection({ kubeconfig, context: 'two' });
    expect((await connection.credentials()).headers).toEqual({ Authorization: `Basic ${btoa('me:secret')}` });
    await expect(loadConnection({ kubeconfig, context: 'three' })).rejects.toMatchObject({
      reason: 'UnknownContext',
      message: "The kubeconfig has no context 'three'; it has: one, two",
    });
  });

  describe('in a file that is no kubeconfig, named', () => {
    afterEach(() => vi.unstubAllEnvs());

    test.each([
      { title: 'by an option', loads: async (file: string) => loadConnection({ kubeconfig: file }) },
      {
        title: 'by KUBECONFIG',
        loads: async (file: string) => {
          vi.stubEnv('KUBECONFIG', file);
          return loadConnection();
        },
      },
    ])('$title, fails with its name', async ({ loads }) => {
      const file = join(folder, 'text');
      await writeFile(file, 'no: clusters here');
      await expect(loads(file)).rejects.toMatchObject({
        reason: 'NoCluster',
        message: `${file} is no kubeconfig with a current context`,
      });
      await expect(loads(folder)).rejects.toMatchObject({
        reason: 'UnreadableKubeconfig',
        message: `${folder} cannot be read as a kubeconfig: EISDIR: illegal operation on a directory, read`,
      });
      await writeFile(file, 'users: [{ name: me, user: { token: hush } }');
      expect(await toldOf(loads(file))).toMatch(/^[^\n]+text cannot be read as a kubeconfig: [^\n]+\n +at /);
    });

    test('by nobody, in the home folder, fails without a word of what stands in it', async () => {
      vi.stubEnv('KUBECONFIG', '');
      vi.stubEnv('HOME', folder);
      await mkdir(join(folder, '.kube'));
      await writeFile(join(folder, '.kube/config'), 'users: [{ name: me, user: { token: hush } }');
      expect(await toldOf(loadConnection())).toMatch(
        /^TerminalError: ~\/\.kube\/config cannot be read as a kubeconfig: [^\n]+\n +at /,
      );
    });

    /** All that a log could have of the failure. */
    async function toldOf(loading: Promise<unknown>): Promise<string> {
      const error: unknown = await loading.catch((failure: unknown) => failure);
      const told = inspect(error, { depth: 9 });
      expect(told).not.toContain('hush');
      expect(error).toMatchObject({ reason: 'UnreadableKubeconfig' });
      return told;
    }
  });

  test('a token that was replaced is read again when the server refuses the old one', async () => {
    await writeFile(join(folder, 'token'), 'old');
    const connection = await loadConnection({ kubeconfig, clock: new ManualClock() });
    expect((await connection.credentials()).headers).toEqual({ Authorization: 'Bearer old' });
    await writeFile(join(folder, 'token'), 'new');
    expect((await connection.credentials()).headers).toEqual({ Authorization: 'Bearer old' });
    expect((await connection.credentials(true)).headers).toEqual({ Authorization: 'Bearer new' });
  });

  test('the kubeconfig of the control plane names its server', async () => {
    expect((await loadConnection({ kubeconfig: inject('kubeconfig') })).server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  });
});
