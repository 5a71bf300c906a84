import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditedRequest, isPortFree, poll, startControlPlane, type ControlPlane } from '../src/index.ts';
import { configMap, kubectl } from './kubectl.ts';

describe('a control plane', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterAll(() => plane.stop());

  const names = async (...args: string[]): Promise<string> => kubectl(plane, [...args, '-o', 'name']);

  test('deleting a namespace removes what is in it', async () => {
    await kubectl(plane, ['create', 'namespace', 'fleeting']);
    await kubectl(plane, ['apply', '-f', '-'], { input: configMap('fleeting', 'content') });

    await kubectl(plane, ['delete', 'namespace', 'fleeting', '--timeout=30s']);

    expect(await names('get', 'namespaces', '--field-selector=metadata.name=fleeting')).toBe('');
    expect(await names('get', 'configmaps', '-n', 'fleeting')).toBe('');
  });

  test('deleting an owner collects what it owns', async () => {
    await kubectl(plane, ['apply', '-f', '-'], { input: configMap('default', 'owner') });
    const uid = await kubectl(plane, ['get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}']);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await kubectl(plane, ['apply', '-f', '-'], { input: configMap('default', 'owned', { ownerReferences }) });

    await kubectl(plane, ['delete', 'configmap', 'owner']);

    const isGone = async (): Promise<boolean> =>
      (await names('get', 'configmaps', '--field-selector=metadata.name=owned')) === '';
    await expect(poll('garbage collection', isGone, { deadlineMs: 60_000, everyMs: 200 })).resolves.toBeUndefined();
  });

  test('a user may do what RBAC grants, and nothing else', async () => {
    const kubeconfig = await plane.kubeconfigFor('reader', ['auditors']);
    const can = (verb: string): Promise<string> =>
      kubectl(plane, ['auth', 'can-i', verb, 'configmaps'], { kubeconfig }).catch(() => 'no');
    expect(await can('list')).toBe('no');

    await kubectl(plane, ['create', 'clusterrolebinding', 'auditors', '--clusterrole=view', '--group=auditors']);

    await poll('the binding', async () => (await can('list')) === 'yes', { deadlineMs: 60_000 });
    expect(await can('delete')).toBe('no');
  });

  test('a service account acts by its own token', async () => {
    await kubectl(plane, ['create', 'serviceaccount', 'agent']);
    const token = await kubectl(plane, ['create', 'token', 'agent']);

    const user = await kubectl(plane, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'], {
      // The admin's certificate would win over the token.
      kubeconfig: await tokenKubeconfig(plane, token),
    });

    expect(user).toBe('system:serviceaccount:default:agent');
  });

  test('a restart of the API server keeps address, certificates and data', async () => {
    await kubectl(plane, ['apply', '-f', '-'], { input: configMap('default', 'durable') });
    const before = await kubectl(plane, ['get', 'configmap', 'durable', '-o', 'jsonpath={.metadata.uid}']);

    await plane.restartApiServer();

    expect(await kubectl(plane, ['get', 'configmap', 'durable', '-o', 'jsonpath={.metadata.uid}'])).toBe(before);
  });
});

test('two control planes run side by side and know nothing of each other', async () => {
  const planes = await Promise.all([startControlPlane(), startControlPlane({ serviceClusterIPRange: '10.96.0.0/16' })]);
  try {
    await kubectl(planes[0], ['create', 'namespace', 'only-in-the-first']);

    expect(await kubectl(planes[1], ['get', 'namespaces', '-o', 'name'])).not.toContain('only-in-the-first');
    const clusterIP = ['get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}'];
    expect(await Promise.all(planes.map((plane) => kubectl(plane, clusterIP)))).toEqual(['127.64.0.1', '10.96.0.1']);
  } finally {
    await Promise.all(planes.map((plane) => plane.stop()));
  }
});

describe('with an audit, it is written down', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane({ audit: 'Request' });
  });
  afterAll(() => plane.stop());

  /** What the user asked for of the objects of that name, as soon as it is there. */
  async function asked(user: string, name: string): Promise<readonly AuditedRequest[]> {
    const ofThese = async () => (await plane.audit.requestsOf(user)).filter((request) => request.name === name);
    await poll('a line of the audit log', async () => (await ofThese()).length > 0, { deadlineMs: 60_000 });
    return ofThese();
  }

  test('who asked for what, and what came of it', async () => {
    const kubeconfig = await plane.kubeconfigFor('curious');
    const from = Date.now();
    await kubectl(plane, ['get', 'configmap', 'plans'], { kubeconfig }).catch(() => {});

    const [request, ...others] = await asked('curious', 'plans');

    expect(others).toEqual([]);
    expect(request).toMatchObject({
      verb: 'get',
      path: '/api/v1/namespaces/default/configmaps/plans',
      resource: 'configmaps',
      subresource: '',
      code: 403,
    });
    expect(request?.fromMs).toBeGreaterThanOrEqual(from);
    expect(request?.untilMs).toBeGreaterThanOrEqual(request?.fromMs ?? Infinity);
  });

  test('what was sent, but not what is in Secrets', async () => {
    await kubectl(plane, ['create', 'configmap', 'plans', '--from-literal=word=open']);
    await kubectl(plane, ['create', 'secret', 'generic', 'secret-plans', '--from-literal=word=closed']);

    expect((await asked('admin', 'plans')).map(({ body }) => body)).toEqual([
      expect.objectContaining({ kind: 'ConfigMap', data: { word: 'open' } }),
    ]);
    expect((await asked('admin', 'secret-plans')).map(({ body }) => body)).toEqual([undefined]);
  });
});

test('stopping frees the port and removes the folder', async () => {
  const directory = join(await mkdtemp(join(tmpdir(), 'entrepot-test-')), 'plane');
  const plane = await startControlPlane({ directory });

  await plane.stop();

  expect(await isPortFree(Number(new URL(plane.server).port))).toBe(true);
  await expect(access(directory)).rejects.toThrow('ENOENT');
  await rm(join(directory, '..'), { recursive: true });
});

test('a folder with something in it is refused, and left as it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'entrepot-test-'));
  await writeFile(join(directory, 'precious'), '');

  await expect(startControlPlane({ directory })).rejects.toThrow(
    `${directory} is not empty, and would be removed at the end`,
  );

  await access(join(directory, 'precious'));
  await rm(directory, { recursive: true });
});

test('a program that does not come up is reported with the end of its log', async () => {
  await expect(startControlPlane({ serviceClusterIPRange: '10.96.0.0/99' })).rejects.toThrow(
    /^kube-apiserver ended with 1; its last lines:\n[^]*service-cluster-ip-range/,
  );
});

async function tokenKubeconfig(plane: ControlPlane, token: string): Promise<string> {
  const path = join(plane.directory, 'token.kubeconfig');
  const ca = join(plane.directory, 'ca.crt');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'plane', cluster: { server: plane.server, 'certificate-authority': ca } }],
    users: [{ name: 'token', user: { token } }],
    contexts: [{ name: 'plane', context: { cluster: 'plane', user: 'token' } }],
    'current-context': 'plane',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
