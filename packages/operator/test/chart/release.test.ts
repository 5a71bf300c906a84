import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GroupVersionKind } from '@entrepot/kube';
import { version } from '../../src/version.ts';
import { allObjects } from '../operator/all-objects.ts';
import { TestCluster } from '../operator/test-cluster.ts';
import { chartFolder, Helm } from './helm.ts';

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
/** The chart as it was one version ago: its CustomResourceDefinition knows less. */
let previousChart: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  helm = await Helm.find(cluster.plane.kubeconfig);
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  previousChart = await mkdtemp(join(tmpdir(), 'entrepot-chart-'));
  await cp(chartFolder, previousChart, { recursive: true });
  await changed('Chart.yaml', /^(version|appVersion): .*$/gm, '$1: 0.0.1');
  await changed('templates/crd.yaml', 'description: Whether everything is in place.', 'description: As it was.');
}, 900_000);

afterAll(async () => {
  helm.dispose();
  await rm(previousChart, { recursive: true, force: true });
  await cluster.stop();
});

async function changed(file: string, what: string | RegExp, by: string): Promise<void> {
  const path = join(previousChart, file);
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(what);
  await writeFile(path, text.replace(what, by));
}

/** Without a node no pod runs, so nothing is waited for, and hooks are left out. */
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
    const empty = await allObjects(cluster.plane);
    await release('install', 'entrepot', previousChart);
    await expect.poll(installed, { timeout: 120_000 }).toEqual(before);
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });

    await release('upgrade', 'entrepot', chartFolder);
    await expect.poll(installed, { timeout: 120_000 }).toEqual(now);
    await release('rollback', 'entrepot', '1');
    await expect.poll(installed, { timeout: 120_000 }).toEqual(before);
    await release('upgrade', 'entrepot', chartFolder, '--reset-then-reuse-values');
    await expect.poll(installed, { timeout: 120_000 }).toEqual(now);
    expect(await allObjects(cluster.plane)).toContain('RegistryMirror /quay');

    await release('uninstall', 'entrepot', '--no-hooks');
    await expect.poll(() => allObjects(cluster.plane), { timeout: 120_000, interval: 500 }).toEqual(empty);
  });

  test('mirrors and their definition can be kept, and are taken over by the next installation', async () => {
    await release('install', 'entrepot', chartFolder, '--set', 'uninstall.keepMirrors=true');
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await release('uninstall', 'entrepot');
    expect(await allObjects(cluster.plane)).toContain('RegistryMirror /quay');

    await release('install', 'entrepot', chartFolder, '--take-ownership');
    expect(await allObjects(cluster.plane)).toContain('RegistryMirror /quay');
    await release('uninstall', 'entrepot', '--no-hooks');
  });

  test('its notes name the next steps, for this release', async () => {
    const notes = await release('install', 'entrepot', chartFolder, '--dry-run=client');
    expect(notes).toContain('kubectl -n mirrors rollout status deployment/entrepot-operator');
    expect(notes).toContain('kubectl label namespace mirrors pod-security.kubernetes.io/enforce=privileged');
    expect(notes).toContain('`helm uninstall entrepot -n mirrors` deletes all RegistryMirrors first');
  });
});
