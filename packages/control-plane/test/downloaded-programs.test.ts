import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { downloadedPrograms, type ProgramDownload } from '../src/downloaded-programs.ts';

const sha512 = (bytes: Buffer | string): string => createHash('sha512').update(bytes).digest('hex');

describe('a download of programs', () => {
  const files = new Map<string, Buffer | string>();
  let directory: string;
  let server: Server;
  let from: ProgramDownload;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entrepot-test-'));
    vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
    server = createServer((request, response) => {
      const file = files.get(request.url ?? '');
      response.writeHead(file === undefined ? 404 : 200).end(file);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const archive = await envtestArchive(directory);
    files.set('/envtest.tar.gz', archive);
    files.set('/kube-controller-manager', 'manager');
    files.set('/kube-controller-manager.sha512', `${sha512('manager')}\n`);
    from = {
      version: 'v1.34.1',
      archive: `${base}/envtest.tar.gz`,
      archiveSha512: sha512(archive),
      controllerManager: `${base}/kube-controller-manager`,
    };
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });

  const download = (): Promise<string> => downloadedPrograms(() => {}, from);
  const kept = (): Promise<string[]> => readdir(join(directory, 'cache', 'entrepot', 'tools'));

  test('puts the four programs into one folder', async () => {
    const folder = await download();

    expect((await readdir(folder)).sort()).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl']);
    expect(await readFile(join(folder, 'kube-controller-manager'), 'utf8')).toBe('manager');
  });

  test('is made once', async () => {
    const first = await download();
    files.clear();

    expect(await download()).toBe(first);
  });

  test.each([
    { title: 'the archive', file: '/envtest.tar.gz' },
    { title: 'the controller manager', file: '/kube-controller-manager' },
  ])('that differs from its checksum is refused, and nothing is kept: $title', async ({ file }) => {
    files.set(file, 'something else');

    await expect(download()).rejects.toThrow(`${file} has the SHA-512 ${sha512('something else')}, not `);

    expect(await kept()).toEqual([]);
  });

  test('from a server that cannot be reached says which one', async () => {
    server.close();
    await once(server, 'close');

    await expect(download()).rejects.toThrow(`${new URL(from.archive).host} cannot be reached`);
  });
});

/** The programs lie in a folder of the archive, as in the published ones. */
async function envtestArchive(directory: string): Promise<Buffer> {
  const folder = join(directory, 'controller-tools', 'envtest');
  await mkdir(folder, { recursive: true });
  for (const name of ['etcd', 'kube-apiserver', 'kubectl']) await writeFile(join(folder, name), name, { mode: 0o755 });
  const archive = join(directory, 'envtest.tar.gz');
  await promisify(execFile)('tar', ['-czf', archive, '-C', directory, 'controller-tools']);
  return readFile(archive);
}
