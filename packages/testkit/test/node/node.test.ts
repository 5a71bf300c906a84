import { readFile, mkdtemp, mkdir, readdir, rm } from 'node:fs/promises';
import { get as getHttp } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, poll, startControlPlane, type ControlPlane } from '@entrepot/control-plane';
import { KubeClient, loadConnection, type KubernetesObject, type ObjectKey } from '@entrepot/kube';
import { startNode, type Node, type NodeEvent } from '../../src/index.ts';

const namespace = 'default';
const pod = { group: '', version: 'v1', kind: 'Pod' };
const program = (script: string): readonly string[] => [process.execPath, '--eval', script];

// Serves the file its argument names, says who it is, and appends to its claim.
const fileServer = program(`
  const fs = require('node:fs');
  fs.appendFileSync('/data/starts', process.env.POD_NAME + '\\n');
  require('node:http').createServer((request, response) => {
    if (request.url === '/who') return response.end(JSON.stringify({ uid: process.getuid(), env: process.env.GREETING, pid: process.pid }));
    if (request.url === '/write') return fs.writeFile('/etc/new', '', (error) => response.end(error?.code));
    response.end(fs.readFileSync(process.argv[1] + request.url));
  }).listen(Number(process.argv[2]), '127.0.0.1');
`);
// Asks the API server for its own name with its own token, and leaves the answer on the node.
const agent = program(`
  const fs = require('node:fs');
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  process.on('SIGTERM', () => { fs.rmSync('/node/answer'); process.exit(0); });
  require('node:https').request({
    host: process.env.KUBERNETES_SERVICE_HOST, port: process.env.KUBERNETES_SERVICE_PORT,
    ca: fs.readFileSync(account + '/ca.crt'), method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { authorization: 'Bearer ' + fs.readFileSync(account + '/token'), 'content-type': 'application/json' },
  }, (response) => response.pipe(fs.createWriteStream('/node/answer'))).end('{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}');
  setInterval(() => {}, 1000);
`);

describe('a node of one machine', () => {
  let directory: string;
  let plane: ControlPlane;
  let client: KubeClient;
  let node: Node;
  let port: number;
  const events: NodeEvent[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entrepot-node-'));
    plane = await startControlPlane();
    client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
    port = await freePort();
    await mkdir(join(directory, 'host'), { recursive: true });
    const folders = [dirname(process.execPath)];
    node = await startNode({
      client,
      apiServer: plane.server,
      directory: join(directory, 'node'),
      hostRoot: join(directory, 'host'),
      images: {
        'file-server:1': { entrypoint: fileServer, folders },
        'agent:1': { entrypoint: agent, folders },
        'crashing:1': { entrypoint: ['/bin/sh', '-c', 'echo going down; exit 3'] },
      },
      onEvent: (event) => events.push(event),
    });
  });
  afterAll(async () => {
    await node.stop();
    await client.close();
    await plane.stop();
    await rm(directory, { recursive: true });
  });

  const create = async (...objects: readonly object[]): Promise<void> => {
    for (const object of objects) await client.create({ ...object } as KubernetesObject);
  };
  const statusOf = async (key: ObjectKey): Promise<Record<string, unknown> | undefined> =>
    (await client.get<KubernetesObject & { status?: Record<string, unknown> }>(pod, key))?.status;

  test('runs a StatefulSet: its pod is reached by the clusterIP of its Service', async () => {
    await create(secret('greeting', { text: 'first' }), service(port), statefulSet(port));

    const address = await clusterIP(client);
    await poll('the Service', async () => (await get(address, '/text')) === 'first', { deadlineMs: 30_000 });

    const set = { group: 'apps', version: 'v1', kind: 'StatefulSet' };
    const ready = async (): Promise<unknown> =>
      (await client.get<KubernetesObject & { status: { readyReplicas?: number } }>(set, { namespace, name: 'files' }))
        ?.status.readyReplicas;
    await poll('the StatefulSet', async () => (await ready()) === 1, { deadlineMs: 10_000 });
    expect(JSON.parse(await get(address, '/who'))).toEqual({ uid: 101, env: 'hello files-0', pid: 1 });
  });

  test('a container sees a file system of its own, read-only where it says so', async () => {
    expect(await get(await clusterIP(client), '/write')).toBe('EROFS');
  });

  test('a changed Secret arrives in the running pod', async () => {
    const address = await clusterIP(client);

    await client.patch(
      { group: '', version: 'v1', kind: 'Secret' },
      { namespace, name: 'greeting' },
      { stringData: { text: 'second' } },
      { type: 'merge' },
    );

    await poll('the new content', async () => (await get(address, '/text')) === 'second', { deadlineMs: 10_000 });
  });

  test('a claim keeps its content when its pod is deleted and comes back', async () => {
    const starts = join(directory, 'node', 'claims', namespace, 'data-files-0', 'starts');
    expect(await readFile(starts, 'utf8')).toBe('files-0\n');

    await client.delete(pod, { namespace, name: 'files-0' });

    await poll('the second start', async () => (await readFile(starts, 'utf8')) === 'files-0\nfiles-0\n', {
      deadlineMs: 20_000,
    });
    await poll('the Service', async () => (await get(await clusterIP(client), '/text')) === 'second', {
      deadlineMs: 20_000,
    });
  });

  test('a second pod that wants the same port waits and says why', async () => {
    await create(simplePod('rival', 'file-server:1', { ports: [{ containerPort: port }] }));

    await poll(
      'the reason',
      async () => JSON.stringify(await statusOf({ namespace, name: 'rival' })).includes('PortTaken'),
      {
        deadlineMs: 10_000,
      },
    );

    expect(await waitingOf('rival')).toEqual({
      reason: 'PortTaken',
      message: `port ${port} is taken by pod default/files-0: all pods of this node share one network`,
    });
    await client.delete(pod, { namespace, name: 'rival' });
  });

  test('a pod whose Secret is missing waits for it', async () => {
    const volumes = [{ name: 'late', secret: { secretName: 'late' } }];
    await create(
      simplePod(
        'patient',
        'file-server:1',
        { args: ['/late', '1'], volumeMounts: [{ name: 'late', mountPath: '/late' }] },
        volumes,
      ),
    );

    await poll('the reason', async () => (await waitingOf('patient'))?.message === 'Secret late does not exist', {
      deadlineMs: 10_000,
    });
    await client.delete(pod, { namespace, name: 'patient' });
  });

  test('a container that exits is started again, later each time, and its output is kept', async () => {
    await create(simplePod('crashing', 'crashing:1'));

    const restarts = async (): Promise<unknown> =>
      containerStatus(await statusOf({ namespace, name: 'crashing' }))?.['restartCount'];
    await poll('two restarts', async () => Number(await restarts()) >= 2, { deadlineMs: 20_000 });

    expect(await readFile(node.logFile('crashing', 'main'), 'utf8')).toMatch(/^(going down\n){2,}$/);
    expect(containerStatus(await statusOf({ namespace, name: 'crashing' }))).toMatchObject({
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
    });
    await client.delete(pod, { namespace, name: 'crashing' });
  });

  test('a DaemonSet pod acts by its service account, writes to the host path, and ends gracefully', async () => {
    await create(daemonSet());
    const answer = join(directory, 'host', 'var', 'agent', 'answer');
    const user = async (): Promise<unknown> => JSON.parse(await readFile(answer, 'utf8'));
    await poll('the answer', async () => (await user()) !== undefined, { deadlineMs: 30_000 });

    expect(await user()).toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:default:default' } } });

    await client.delete(
      { group: 'apps', version: 'v1', kind: 'DaemonSet' },
      { namespace, name: 'agent' },
      { propagation: 'Background' },
    );
    await poll('the end', async () => (await readdir(dirname(answer))).length === 0, { deadlineMs: 30_000 });
  });

  test('stopping leaves no process, no mount and no listener', async () => {
    const address = await clusterIP(client);

    await node.stop();

    expect(await processesNaming(directory)).toEqual([]);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(directory);
    await expect(get(address, '/text')).rejects.toThrow('ECONNREFUSED');
    expect(events).toContainEqual({ pod: 'default/files-0', message: 'starts' });
  });

  const waitingOf = async (name: string): Promise<{ reason: string; message: string } | undefined> => {
    const state = containerStatus(await statusOf({ namespace, name }))?.['state'];
    return (state as { waiting?: { reason: string; message: string } } | undefined)?.waiting;
  };
});

function containerStatus(status: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  return (status?.['containerStatuses'] as Record<string, unknown>[] | undefined)?.[0];
}

async function clusterIP(client: KubeClient): Promise<string> {
  const kind = { group: '', version: 'v1', kind: 'Service' };
  const found = await client.get<KubernetesObject & { spec: { clusterIP: string } }>(kind, {
    namespace,
    name: 'files',
  });
  return found?.spec.clusterIP ?? '';
}

function get(host: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = getHttp({ host, path, agent: false, timeout: 2_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer'))).on('error', reject);
  });
}

async function processesNaming(text: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(text));
}

function secret(name: string, stringData: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, stringData };
}

function service(targetPort: number): object {
  const spec = { selector: { app: 'files' }, ports: [{ name: 'http', port: 80, targetPort }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: 'files' }, spec };
}

function statefulSet(port: number): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace, name: 'files' },
    spec: {
      selector: { matchLabels: { app: 'files' } },
      serviceName: 'files',
      template: {
        metadata: { labels: { app: 'files' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          securityContext: { runAsUser: 101, runAsGroup: 101, fsGroup: 101 },
          containers: [
            {
              name: 'server',
              image: 'file-server:1',
              args: ['/etc/greeting', String(port)],
              securityContext: { readOnlyRootFilesystem: true },
              env: [
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'GREETING', value: 'hello $(POD_NAME)' },
              ],
              ports: [{ name: 'http', containerPort: port }],
              readinessProbe: { httpGet: { path: '/text', port: 'http' } },
              volumeMounts: [
                { name: 'greeting', mountPath: '/etc/greeting' },
                { name: 'data', mountPath: '/data' },
              ],
            },
          ],
          volumes: [{ name: 'greeting', secret: { secretName: 'greeting' } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  };
}

function daemonSet(): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace, name: 'agent' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: {
          terminationGracePeriodSeconds: 10,
          containers: [{ name: 'agent', image: 'agent:1', volumeMounts: [{ name: 'node', mountPath: '/node' }] }],
          volumes: [{ name: 'node', hostPath: { path: '/var/agent' } }],
        },
      },
    },
  };
}

function simplePod(name: string, image: string, container: object = {}, volumes: readonly object[] = []): object {
  const spec = { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image, ...container }], volumes };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec };
}
