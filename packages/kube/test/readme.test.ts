import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@entrepot/control-plane';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { clusterClient, ConfigMap, freshNamespace, Namespace } from './support/cluster.ts';

const packageFolder = join(import.meta.dirname, '..');

describe('the controller of the README', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    const readme = await readFile(join(packageFolder, 'README.md'), 'utf8');
    const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    await mkdir(join(packageFolder, '.test-results'), { recursive: true });
    // Inside the package, so that its own name resolves.
    folder = await mkdtemp(join(packageFolder, '.test-results', 'readme-'));
    program = join(folder, 'welcome.ts');
    await writeFile(program, code);
  });

  afterAll(() => rm(folder, { recursive: true }));

  test('has thirty lines of code', async () => {
    const lines = (await readFile(program, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(30);
  });

  test('passes the compiler', async () => {
    const project = join(folder, 'tsconfig.json');
    await writeFile(project, JSON.stringify({ extends: '../../tsconfig.json', include: ['welcome.ts'] }));
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', project]);
    expect(stdout).toBe('');
  });

  test('welcomes a labelled namespace, restores what was changed, leaves what is foreign and says so, and ends on SIGTERM', async () => {
    const client = await clusterClient();
    const controller = spawn(process.execPath, ['--conditions=@entrepot/source', program], {
      env: { ...process.env, KUBECONFIG: inject('kubeconfig') },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let warnings = '';
    controller.stderr.on('data', (text: Buffer) => (warnings += text.toString()));
    const exited = once(controller, 'exit');
    const name = await freshNamespace(client);
    const key = { namespace: name, name: 'welcome' };
    const welcomes = async (text: string) => expect(await client.get(ConfigMap, key)).toMatchObject({ data: { text } });

    await client.patch(Namespace, { name }, { metadata: { labels: { welcome: 'hello' } } }, { type: 'merge' });
    await eventually(async () => welcomes('hello'));
    await client.patch(ConfigMap, key, { data: { text: 'go away' } }, { type: 'merge' });
    await eventually(async () => welcomes('hello'));
    await client.delete(ConfigMap, key);
    await eventually(async () => welcomes('hello'));

    const foreign = await freshNamespace(client);
    await client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: foreign, name: 'welcome' },
      data: { text: 'mine' },
    });
    await client.patch(Namespace, { name: foreign }, { metadata: { labels: { welcome: 'hello' } } }, { type: 'merge' });
    await eventually(async () => expect(warnings).toContain('ForeignObject'));
    expect(await client.get(ConfigMap, { ...key, namespace: foreign })).toMatchObject({ data: { text: 'mine' } });

    controller.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await client.close();
  });
});
