import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { awaited, keepArtefacts, prepared, sharedCluster } from '../support/on-cluster.ts';
import { removeObjects } from '../support/remove-objects.ts';

const labels = { app: 'mirror-hostess' };

/** A DaemonSet as it was written for mirror-hostess, with our image in it. */
function daemonSet(image: string): object {
  const env = {
    SERVICE_NAME: 'drop-in',
    SERVICE_NAMESPACE: namespace,
    SHADOW_FQDN: 'drop-in.example.test',
    HOSTS_FILE: '/etc/hosts_from_host',
    HOSTS_FILE_BACKUP: '/etc/hosts.backup/hosts',
    LOCK_FILE: '/var/lock/hostess/mirror-hostess',
  };
  const container = {
    name: 'mirror-hostess',
    image,
    command: ['python', '-u', '/app/hostess.py'],
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    volumeMounts: [
      { name: 'etc-hosts', mountPath: '/etc/hosts_from_host' },
      { name: 'backup', mountPath: '/etc/hosts.backup' },
      { name: 'lock', mountPath: '/var/lock/hostess' },
    ],
  };
  const volumes = [
    { name: 'etc-hosts', hostPath: { path: '/etc/hosts' } },
    { name: 'backup', hostPath: { path: '/etc/hosts.backup' } },
    { name: 'lock', hostPath: { path: '/var/lock/mirror-hostess' } },
  ];
  const spec = { serviceAccountName: 'mirror-hostess', containers: [container], volumes };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'drop-in', namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

describe("our image in mirror-hostess's DaemonSet", () => {
  let cluster: Cluster;
  let address: string;

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a Service and a DaemonSet for mirror-hostess', async () => {
      ({ cluster } = await sharedCluster());
      after.defer(() => removeObjects(cluster, 'service/drop-in', 'daemonset/drop-in'));
      const service = { metadata: { name: 'drop-in', namespace }, spec: { ports: [{ port: 443 }] } };
      await cluster.apply({ apiVersion: 'v1', kind: 'Service', ...service });
      address = await cluster.kubectl([
        '-n',
        namespace,
        'get',
        'service',
        'drop-in',
        '-o',
        'jsonpath={.spec.clusterIP}',
      ]);
      await cluster.apply(daemonSet(inject('images')['node-agent']));
    }),
  );

  const lineOn = async (node: string): Promise<string | undefined> =>
    (await cluster.onNode(node, 'cat', '/etc/hosts'))
      .split('\n')
      .find((line) => line.endsWith('\tdrop-in.example.test'));

  test('every node gets the line, and loses it when the DaemonSet goes, as with the original', async () => {
    const workers = (await cluster.nodes()).slice(1);
    for (const node of workers) {
      const missing = async () => ((await lineOn(node)) === undefined ? 'no line yet' : undefined);
      await awaited(`the line is on ${node}`, missing);
      expect(await lineOn(node)).toBe(`${address}\tdrop-in.example.test`);
    }

    await cluster.kubectl(['-n', namespace, 'delete', 'daemonset', 'drop-in']);
    for (const node of workers) await awaited(`the line is gone from ${node}`, () => lineOn(node));
  });
});
