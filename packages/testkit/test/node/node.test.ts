import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, startControlPlane, type ControlPlane } from '@entrepot/control-plane';
import { KubeClient, loadConnection, type KubernetesObject } from '@entrepot/kube';
import { startNode, type Node, type NodeEvent } from '../../src/index.ts';
import { clusterIP, containerOf, get, processesNaming } from './cluster-view.ts';
import { daemonSet, namespace, secret, service, sharingPod, simplePod, statefulSet } from './objects.ts';
import { agent, fileServer, teller, told } from './programs.ts';

const podKind = { group: '', version: 'v1', kind: 'Pod' };
const secretKind = { group: '', version: 'v1', kind: 'Secret' };

describe('a node of one machine', { timeout: 60_000 }, () => {
  let directory: string;
  let plane: ControlPlane;
  let client: KubeClient;
  let node: Node;
  let port: number;
  const events: NodeEvent[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entrepot-node-'));
    await mkdir(join(directory, 'host'));
    plane = await startControlPlane();
    client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
    port = await freePort();
    const folders = [dirname(process.execPath)];
    node = await startNode({
      client,
      apiServer: plane.server,
      directory: join(directory, 'node'),
      hostRoot: join(directory, 'host'),
      images: {
        'file-server:1': { entrypoint: fileServer, folders },
        'agent:1': { entrypoint: agent, folders },
        'told:1': { entrypoint: told },
        'teller:1': { entrypoint: teller },
        'crashing:1': { entrypoint: ['/bin/sh', '-c', 'echo going down; exit 3'] },
      },
      onEvent: (event) => events.push(event),
    });
  }, 900_000);
  afterAll(async () => {
    await node.stop();
    await client.close();
    await plane.stop();
    await rm(directory, { recursive: true });
  });

  const create = async (...objects: readonly KubernetesObject[]): Promise<void> => {
    for (const object of objects) await client.create(object);
  };
  const served = async (path: string): Promise<string> => get(await clusterIP(client, 'files'), path);
  const remove = (name: string): Promise<boolean> => client.delete(podKind, { namespace, name });

  test('runs the pod of a StatefulSet, which is reached by the clusterIP of its Service', async () => {
    await create(secret('greeting', { text: 'first' }), service('files', port), statefulSet('files', port));

    await expect.poll(() => served('/text')).toBe('first');
    expect(JSON.parse(await served('/who'))).toEqual({ uid: 101, greeting: 'hello files-0', pid: 1 });
  });

  test('tells the StatefulSet that its pod is ready', async () => {
    type SetView = KubernetesObject & { status: { readyReplicas?: number } };
    const kind = { group: 'apps', version: 'v1', kind: 'StatefulSet' };

    await expect
      .poll(async () => (await client.get<SetView>(kind, { namespace, name: 'files' }))?.status.readyReplicas)
      .toBe(1);
  });

  test('gives a container a file system of its own, read-only where it says so', async () => {
    expect(await served('/write')).toBe('EROFS');
  });

  test('brings a changed Secret into the running pod', async () => {
    await client.patch(
      secretKind,
      { namespace, name: 'greeting' },
      { stringData: { text: 'second' } },
      { type: 'merge' },
    );

    await expect.poll(() => served('/text')).toBe('second');
  });

  test('keeps the content of a claim when its pod is deleted and comes back', async () => {
    const starts = join(directory, 'node', 'claims', namespace, 'data-files-0', 'starts');
    expect(await readFile(starts, 'utf8')).toBe('files-0\n');

    await remove('files-0');

    await expect.poll(() => readFile(starts, 'utf8')).toBe('files-0\nfiles-0\n');
    await expect.poll(() => served('/text')).toBe('second');
  });

  test('lets a second pod that wants the same port wait, and says why', async () => {
    await create(simplePod('rival', 'file-server:1', { ports: [{ containerPort: port }] }));

    const reason = `port ${port} is taken by pod default/files-0: all pods of this node share one network`;
    await expect
      .poll(async () => (await containerOf(client, 'rival'))?.state.waiting)
      .toEqual({ reason: 'PortTaken', message: reason });
    await remove('rival');
  });

  test('lets a pod wait for a Secret that is not there yet', async () => {
    const container = {
      args: ['/late', String(await freePort())],
      volumeMounts: [{ name: 'late', mountPath: '/late' }],
    };
    const volumes = [
      { name: 'late', secret: { secretName: 'late' } },
      { name: 'data', emptyDir: {} },
    ];
    await create(simplePod('patient', 'file-server:1', container, volumes));
    await expect
      .poll(async () => (await containerOf(client, 'patient'))?.state.waiting?.message)
      .toBe('Secret late does not exist');

    await create(secret('late', { text: 'at last' }));

    await expect
      .poll(async () => (await containerOf(client, 'patient'))?.state)
      .not.toHaveProperty('waiting.message', 'Secret late does not exist');
    await remove('patient');
  });

  test('says so when it knows no program for an image', async () => {
    await create(simplePod('unknown', 'nobody/knows:1'));

    await expect
      .poll(async () => (await containerOf(client, 'unknown'))?.state.waiting)
      .toEqual({ reason: 'ErrImagePull', message: 'this node knows no program for the image nobody/knows:1' });
    await remove('unknown');
  });

  test('starts a container that exits again, and keeps its output', async () => {
    await create(simplePod('crashing', 'crashing:1'));

    await expect.poll(async () => (await containerOf(client, 'crashing'))?.restartCount).toBeGreaterThanOrEqual(2);

    expect(await readFile(node.logFile('crashing', 'main'), 'utf8')).toMatch(/^(going down\n){2,}$/);
    expect((await containerOf(client, 'crashing'))?.lastState.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    });
    await remove('crashing');
  });

  test('lets containers of a pod see and signal each other when it shares its process namespace', async () => {
    await create(sharingPod('sharing'));

    await expect
      .poll(async () => (await containerOf(client, 'sharing', 'told'))?.lastState.terminated?.exitCode)
      .toBe(7);

    // What the first start had in the background is gone; the second has its own.
    const inBackground = () => processesNaming('sleep\u000086399');
    await expect.poll(async () => (await inBackground()).length).toBe(1);
    await remove('sharing');
    await expect.poll(inBackground).toEqual([]);
  });

  test('runs the pod of a DaemonSet, which acts by its service account, writes to the host path and ends gracefully', async () => {
    await create(daemonSet('agent'));
    const answer = join(directory, 'host', 'var', 'agent', 'answer');
    await expect
      .poll(async () => JSON.parse(await readFile(answer, 'utf8')) as unknown)
      .toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:default:default' } } });

    await client.delete({ group: 'apps', version: 'v1', kind: 'DaemonSet' }, { namespace, name: 'agent' });

    // Its handler of SIGTERM removes the file.
    await expect.poll(() => readdir(dirname(answer))).toEqual([]);
  });

  test('leaves no process, no mount and no listener when it is stopped', async () => {
    const address = await clusterIP(client, 'files');

    await node.stop();

    expect(await processesNaming(directory)).toEqual([]);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
    await expect(get(address, '/text')).rejects.toThrow('ECONNREFUSED');
    expect(events.filter(({ pod }) => pod === 'default/files-0').map(({ message }) => message)).toEqual([
      'starts',
      'ended',
      'starts',
      'ended',
    ]);
  });
});
