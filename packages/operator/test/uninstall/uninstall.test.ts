import { readFile } from 'node:fs/promises';
import { RegistryMirror } from '@entrepot/core';
import type { GroupVersionKind } from '@entrepot/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHere } from '../cli/run-here.ts';
import { entrepot, type Ended } from '../cli/run-program.ts';
import { RunningOperator } from '../operator/running-operator.ts';
import { TestCluster } from '../operator/test-cluster.ts';

const namespace = 'mirrors';
const Deployment: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'Deployment' };
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
}, 900_000);
afterAll(async () => cluster.stop());

const uninstall = (words: readonly string[], onLine?: (line: string) => void): Promise<Ended> =>
  runHere(cluster, namespace, ['uninstall', ...words], onLine);

const mirrorNames = async (): Promise<readonly string[]> =>
  (await cluster.client.list(RegistryMirror)).items.map(({ metadata }) => metadata.name);

const claim = (name: string, mirror = 'quay'): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace, labels: { app: 'docker-registry', mirror } },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

describe('entrepot uninstall', { timeout: 240_000 }, () => {
  test('has nothing to do where nothing is installed, and can be run all the same', async () => {
    expect(await uninstall([])).toMatchObject({
      code: 0,
      said: 'no RegistryMirror is there any more\nno operator is in namespace mirrors; deleted: nothing\n',
    });
  });

  test('refuses where no operator ever was, and says where one is, before anything is deleted', async () => {
    await cluster.apply((await entrepot(['manifests', '--namespace', namespace])).out);
    await cluster.mirror('hub', { upstreamUrl: 'hub.example.com' });

    expect(await uninstall(['--namespace', 'elsewhere'])).toMatchObject({
      code: 1,
      said: `entrepot: no operator is in namespace elsewhere, but RegistryMirrors are in the cluster: nothing was deleted. An operator is in namespace mirrors: repeat this with --namespace mirrors.
`,
    });
    expect(await mirrorNames()).toEqual(['hub']);

    await cluster.client.delete(Deployment, { namespace, name: 'entrepot-operator' });
    expect(await uninstall([])).toMatchObject({
      code: 1,
      said: `entrepot: no operator is in namespace mirrors, but RegistryMirrors are in the cluster: nothing was deleted. None is in any other namespace, and without one nodes do not forget mirrors: install it again, then repeat this.
`,
    });
    expect(await mirrorNames()).toEqual(['hub']);
  });

  test.each(['Lease entrepot-operator', 'ConfigMap entrepot-inventory', 'Secret entrepot-ca'])(
    'goes on where of an operator only its %s is there',
    async (left) => {
      const [kind = '', name] = left.split(' ');
      const apiVersion = kind === 'Lease' ? 'coordination.k8s.io/v1' : 'v1';
      await cluster.mirror('hub', { upstreamUrl: 'hub.example.com' });
      await cluster.apply({ apiVersion, kind, metadata: { name, namespace } });

      const { code, said } = await uninstall([]);

      expect(said).toContain(`no operator is in namespace mirrors; deleted: ${left}\n`);
      expect(code).toBe(0);
      expect(await mirrorNames()).toEqual([]);
    },
  );

  test('leaves nothing of mirrors and operator but the manifests, with an operator that is asked for no pods', async () => {
    await cluster.apply((await entrepot(['manifests', '--namespace', namespace])).out);
    const isPod = (line: string): boolean => line.startsWith('Pod ');
    const before = (await cluster.objects()).filter((line) => !isPod(line));
    const operator = new RunningOperator(cluster.plane.kubeconfig, { NAMESPACE: namespace, LEADER_ELECTION: 'on' });
    for (const name of ['hub', 'quay']) {
      await cluster.mirror(name, { upstreamUrl: `${name}.example.com` });
      await cluster.hasCondition(name, 'ConfigRendered', /^True/);
    }
    // Made for strategies with objects for all mirrors.
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'entrepot-inventory', namespace } });

    const { code, said } = await uninstall(['--delete-claims'], (line) => {
      // The real one is ended with its pod; this one is no pod.
      if (line.startsWith('no RegistryMirror')) void operator.killOutright();
    });

    expect(said).toMatch(/^RegistryMirror hub: .*\nRegistryMirror quay: /);
    expect(said).toContain('deleted: Lease entrepot-operator, ConfigMap entrepot-inventory, Secret entrepot-ca\n');
    expect(code).toBe(0);
    await expect.poll(() => cluster.objects(), { timeout: 120_000, interval: 3_000 }).toEqual(before);
    expect(await cluster.client.get(Deployment, { namespace, name: 'entrepot-operator' })).toMatchObject({
      spec: { replicas: 0 },
    });
  });

  test('names what is left when nobody works on it, first what says why, and takes nothing else away', async () => {
    for (const name of ['going', 'stuck']) {
      await cluster.apply({
        apiVersion: 'k8s.osp.tech/v1',
        kind: 'RegistryMirror',
        metadata: { name, finalizers: ['entrepot.k8s.osp.tech/nodes'] },
        spec: { upstreamUrl: `${name}.example.com` },
      });
    }
    await cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'entrepot-ca', namespace } });
    const message = 'name mirror-stuck is being taken from nodes: 1 of 2 nodes are done; not ready: node-7';
    const time = new Date(0).toISOString();
    const condition = { type: 'Withdrawn', status: 'False', reason: 'NodesPending', message, lastTransitionTime: time };
    const patch = { status: { conditions: [condition] } };
    await cluster.client.patch(RegistryMirror, { name: 'stuck' }, patch, { type: 'merge', subresource: 'status' });

    const { code, said } = await uninstall(['--timeout', '2s']);

    const failure = `entrepot: after 2 s, RegistryMirrors are still there: RegistryMirror stuck: ${message} (and 1 more). Nothing else was taken away. The operator goes on while it runs, and gives up nodes that do not answer within NODE_WITHDRAWAL_LIMIT: repeat this later. To see more: kubectl describe registrymirrors\n`;
    expect(said).toBe(`RegistryMirror stuck: ${message}\nRegistryMirror going: is being deleted\n${failure}`);
    expect(code).toBe(1);
    expect(await uninstall(['--timeout', '1s', '--quiet'])).toEqual({
      code: 1,
      out: '',
      said: failure.replace('2 s', '1 s'),
    });
    expect(await cluster.objects()).toContain('Secret mirrors/entrepot-ca');

    const gone = { metadata: { finalizers: null } };
    for (const name of ['going', 'stuck']) {
      await cluster.client.patch(RegistryMirror, { name }, gone, { type: 'merge' });
    }
    expect(await uninstall([])).toMatchObject({ code: 0 });
  });

  test('names mirrors that came while the operator was being stopped, and how to go on', async () => {
    const pod = { namespace, name: 'entrepot-operator-0' };
    const labels = { 'app.kubernetes.io/name': 'entrepot-operator' };
    const spec = { containers: [{ name: 'operator', image: 'operator' }] };
    await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { ...pod, labels }, spec });
    const mirror = (name: string, finalizers: readonly string[]): object => ({
      apiVersion: 'k8s.osp.tech/v1',
      kind: 'RegistryMirror',
      metadata: { name, finalizers },
      spec: { upstreamUrl: `${name}.example.com` },
    });
    let came = Promise.resolve();

    const { code, said } = await uninstall([], (line) => {
      if (!line.startsWith('ending: ')) return;
      came = (async () => {
        await cluster.apply(mirror('unnoticed', []));
        await cluster.apply(mirror('late', ['entrepot.k8s.osp.tech/nodes']));
        await cluster.client.delete({ group: '', version: 'v1', kind: 'Pod' }, pod);
      })();
    });

    await came;
    expect(said)
      .toContain(`entrepot: RegistryMirrors came while the operator was being stopped, and nobody makes nodes forget them any more: RegistryMirror late: is being deleted. Start it again, then repeat this: kubectl -n mirrors scale deployment entrepot-operator --replicas=1
`);
    expect(code).toBe(1);
    await cluster.client.patch(RegistryMirror, { name: 'late' }, { metadata: { finalizers: null } }, { type: 'merge' });
    expect(await uninstall([])).toMatchObject({ code: 0 });
  });

  test('leaves claims and says so, or takes them as well, but none of others', async () => {
    const ours = ['image-store-registry-mirror-quay-0', 'image-store-registry-mirror-quay-11'];
    const foreign = ['data-registry-0', 'image-store-registry-mirror-quay-0-copy', 'image-store-registry-mirror-hub-0'];
    for (const name of [...ours, ...foreign]) await cluster.apply(claim(name));
    const kept = await uninstall([]);
    expect(kept.said)
      .toContain(`claims stay, with what is cached; to delete them: kubectl -n mirrors delete persistentvolumeclaims ${ours.join(' ')}
`);
    const taken = await uninstall(['--delete-claims']);
    expect(taken.said).toContain(`deleted claims: ${ours.join(', ')}\n`);
    const left = (await cluster.objects()).filter((line) => line.startsWith('PersistentVolumeClaim'));
    expect(left).toEqual(foreign.map((name) => `PersistentVolumeClaim ${namespace}/${name}`).sort());
  });

  test('without Helm, the documented commands leave claims, and what others have in the namespace', async () => {
    const page = await readFile(new URL('../../../../docs/operate.md', import.meta.url), 'utf8');
    const words = /^npx entrepot uninstall .* && npx entrepot (manifests .*) \| kubectl delete -f -$/m.exec(page)?.[1];
    await cluster.apply((await entrepot(['manifests', '--namespace', namespace])).out);
    await cluster.apply(claim('image-store-registry-mirror-quay-0'));
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-others', namespace } });

    expect(await uninstall([])).toMatchObject({ code: 0 });
    await cluster.delete((await entrepot(words?.split(' ') ?? [])).out);

    const left = (await cluster.objects()).filter((line) => line.includes(namespace));
    expect(left).toEqual(
      expect.arrayContaining([
        `ConfigMap ${namespace}/of-others`,
        `PersistentVolumeClaim ${namespace}/image-store-registry-mirror-quay-0`,
      ]),
    );
    expect(left.filter((line) => line.includes('entrepot'))).toEqual([]);
  });

  test('a time that is none is a usage error', async () => {
    expect(await uninstall(['--timeout', 'soon'])).toMatchObject({
      code: 2,
      said: 'entrepot: a setting is wrong:\n  --timeout: got "soon", wants a whole number and one of s, m, h and d, such as 30s or 10m; 30d at most\n',
    });
  });
});
