import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from '@entrepot/control-plane';
import { RegistryMirror } from '@entrepot/core';
import type { GroupVersionKind } from '@entrepot/kube';
import { copyChart } from '@entrepot/testkit';
import { version } from '../../src/version.ts';
import { runHere } from '../cli/run-here.ts';
import { entrepot } from '../cli/run-program.ts';
import { TestCluster } from '../operator/test-cluster.ts';
import { chartFolder, Helm } from './helm.ts';
import { runUninstallJob } from './uninstall-job.ts';

const namespace = 'mirrors';
const definition = { name: 'registrymirrors.k8s.osp.tech' };
const Definition: GroupVersionKind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
};
const Deployment: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };

let helm: Helm;
let cluster: TestCluster;
/** What the cluster has before anything is installed. */
let empty: readonly string[];
/** The chart as it was one version ago: its CustomResourceDefinition knows less. */
let previousChart: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  helm = await Helm.find(cluster.plane.kubeconfig);
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const ofEveryNamespace = [`ConfigMap ${namespace}/kube-root-ca.crt`, `ServiceAccount ${namespace}/default`];
  const isSettled = async (): Promise<boolean> => {
    const found = await cluster.objects();
    return ofEveryNamespace.every((line) => found.includes(line));
  };
  await poll('what every namespace has', isSettled, { deadlineMs: 60_000 });
  empty = await cluster.objects();
  previousChart = await copyChart(chartFolder, '0.0.1');
  const definitions = join(previousChart, 'templates/crd.yaml');
  const text = await readFile(definitions, 'utf8');
  const changed = text.replace('description: Whether everything is in place.', 'description: As it was.');
  if (changed === text) throw new Error(`${definitions} does not describe the condition as this test expects`);
  await writeFile(definitions, changed);
}, 900_000);

afterAll(async () => {
  helm.dispose();
  await rm(previousChart, { recursive: true, force: true });
  await cluster.stop();
});

async function isEmptyAgain(): Promise<void> {
  await expect.poll(() => cluster.objects(), { timeout: 120_000, interval: 3_000 }).toEqual(empty);
}

/** Without a node no pod runs, so nothing is waited for, and hooks are left out but where the test plays the node. */
const release = (...words: readonly string[]) => helm.done([...words, '--namespace', namespace]);

/** What tells the versions of the chart apart on the cluster. */
async function installed(): Promise<readonly string[]> {
  const { spec } = { ...(await cluster.client.get(Definition, definition)) };
  const deployment = await cluster.client.get(Deployment, { namespace, name: 'entrepot-operator' });
  return [
    /"description":"(As it was|Whether everything is in place)\."/.exec(JSON.stringify(spec))?.[1] ?? 'no definition',
    /"image":"([^"]*)"/.exec(JSON.stringify(deployment?.['spec']))?.[1] ?? 'no image',
  ];
}

const before = ['As it was', 'ghcr.io/entrepot/operator:0.0.1'];

const now = ['Whether everything is in place', `ghcr.io/entrepot/operator:${version}`];

describe('on a real API server', { timeout: 240_000 }, () => {
  test('the CustomResourceDefinition and the operator go with each upgrade and rollback, and mirrors stay', async () => {
    await release('install', 'entrepot', previousChart);
    await expect.poll(installed, { timeout: 120_000 }).toEqual(before);
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });

    await release('upgrade', 'entrepot', chartFolder);
    await expect.poll(installed, { timeout: 120_000 }).toEqual(now);
    await release('rollback', 'entrepot', '1');
    await expect.poll(installed, { timeout: 120_000 }).toEqual(before);
    await release('upgrade', 'entrepot', chartFolder, '--reset-then-reuse-values');
    await expect.poll(installed, { timeout: 120_000 }).toEqual(now);
    expect(await cluster.objects()).toContain('RegistryMirror /quay');

    await release('uninstall', 'entrepot', '--no-hooks');
    await isEmptyAgain();
  });

  test('mirrors, their definition and what their pods need can be kept, and are taken over by the next installation', async () => {
    await release('install', 'entrepot', chartFolder, '--set', 'uninstall.keepMirrors=true');
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await release('uninstall', 'entrepot');
    const left = await cluster.objects();
    expect(left).toContain('RegistryMirror /quay');
    expect(left.filter((line) => /entrepot|mirror-hostess/.test(line) && !line.startsWith('Pod '))).toEqual([
      'ResourceQuota mirrors/entrepot-critical-pods',
      'Role mirrors/mirror-hostess',
      'RoleBinding mirrors/mirror-hostess',
      'ServiceAccount mirrors/mirror-hostess',
    ]);

    await release('install', 'entrepot', chartFolder, '--take-ownership');
    expect(await cluster.objects()).toContain('RegistryMirror /quay');
    await release('uninstall', 'entrepot', '--no-hooks');
    await isEmptyAgain();
  });

  test('what kubectl applied before is taken over when Helm is told to, and mirrors stay', async () => {
    await cluster.apply((await entrepot(['manifests', '--namespace', namespace])).out);
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    const words = ['upgrade', 'entrepot', chartFolder, '--install', '--namespace', namespace];
    expect(await helm.run(words)).toMatchObject({ code: 1 });

    await helm.done([...words, '--take-ownership', '--force-conflicts', '--set', 'settings.networkPolicy=on']);
    const deployment = await cluster.client.get(Deployment, { namespace, name: 'entrepot-operator' });
    expect(JSON.stringify(deployment)).toContain('{"name":"NETWORK_POLICY","value":"on"}');
    expect(await cluster.objects()).toContain('RegistryMirror /quay');
    await release('uninstall', 'entrepot', '--no-hooks');
    await isEmptyAgain();
  });

  test('what kubectl changed is in the way of upgrade and rollback until Helm is told to win', async () => {
    await release('install', 'entrepot', chartFolder);
    for (const words of [
      ['upgrade', 'entrepot', chartFolder],
      ['rollback', 'entrepot', '1'],
    ]) {
      await cluster.client.patch(
        Deployment,
        { namespace, name: 'entrepot-operator' },
        { spec: { replicas: 5 } },
        { type: 'merge' },
      );
      const refused = await helm.run([...words, '--namespace', namespace]);
      expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('conflict')]);
      await release(...words, '--force-conflicts');
      const deployment = await cluster.client.get(Deployment, { namespace, name: 'entrepot-operator' });
      expect(deployment).toMatchObject({ spec: { replicas: 2 } });
    }
    await release('uninstall', 'entrepot', '--no-hooks');
    await isEmptyAgain();
  });

  test('a node that is off makes `helm uninstall` fail; the program brings it to its end, then Helm', async () => {
    await release('install', 'entrepot', chartFolder, '--set', 'uninstall.timeout=2s');
    await cluster.apply({
      apiVersion: 'k8s.osp.tech/v1',
      kind: 'RegistryMirror',
      metadata: { name: 'quay', finalizers: ['entrepot.k8s.osp.tech/nodes'] },
      spec: { upstreamUrl: 'quay.io' },
    });
    const uninstalled = helm.run(['uninstall', 'entrepot', '--namespace', namespace]);
    const first = await runUninstallJob(cluster, namespace);
    expect(first.said).toMatch(/^entrepot: after 2 s, RegistryMirrors are still there: RegistryMirror quay: .*\n$/);
    expect(first.activeDeadlineSeconds).toBe(47);
    expect(await uninstalled).toMatchObject({ code: 1 });
    expect(await release('status', 'entrepot')).toContain('STATUS: uninstalling');

    const gone = { metadata: { finalizers: null } };
    const { code } = await runHere(cluster, namespace, ['uninstall', '--timeout', '15m'], (line) => {
      if (!line.startsWith('RegistryMirror quay')) return;
      void cluster.client.patch(RegistryMirror, { name: 'quay' }, gone, { type: 'merge' });
    });
    expect(code).toBe(0);
    const again = helm.run(['uninstall', 'entrepot', '--namespace', namespace]);
    const second = await runUninstallJob(cluster, namespace);
    expect(second.said).toContain('no RegistryMirror is there any more\n');
    expect(await again).toMatchObject({ code: 0 });
    await isEmptyAgain();
  });

  test('its notes name the next steps, for this release', async () => {
    const notes = await release('install', 'entrepot', chartFolder, '--dry-run=client');
    expect(notes).toContain('kubectl -n mirrors rollout status deployment/entrepot-operator');
    expect(notes).toContain('kubectl label namespace mirrors pod-security.kubernetes.io/enforce=privileged');
    expect(notes).toContain('`helm uninstall entrepot -n mirrors` deletes all RegistryMirrors first');
  });
});
