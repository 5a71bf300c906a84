import { ThrowawayAuthority } from '@entrepot/testkit';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { installOperator, namespace, uninstallOperator } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { ContinuousPulls, pulledMore, stopPulls } from '../support/continuous-pulls.ts';
import { installFormer } from '../support/former-installation.ts';
import { interruptionSince } from '../support/interruption.ts';
import { endpointsOf, removeMirrors, storedBlobs, untilMirrorReady } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { removeObjects } from '../support/remove-objects.ts';
import { runningPods, untilPodsReady } from '../support/running-pods.ts';
import { startUpstream } from '../support/upstreams.ts';

const name = 'former';
const host = 'former.example.test';
const image = `${host}/former/app:1`;
const pods = `mirror=${name},component=registry`;

describe('an installation of mirror-operator that serves', () => {
  let cluster: Cluster;
  let pulls: readonly ContinuousPulls[] = [];

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('an installation of mirror-operator', async () => {
      ({ cluster } = await sharedCluster());
      const filled = await startUpstream('former', { tls: inject('upstreamCertificate') });
      after.defer(() => filled.upstream.remove());
      after.defer(() => removeObjects(cluster, 'secret/docker-certificate', 'priorityclass/user-standard'));
      after.defer(() => removeMirrors(cluster, name));
      // Where it does not come to that.
      after.defer(() => installOperator(cluster, inject('images'), inject('upstreamAuthority')));
      await uninstallOperator(cluster);
      await filled.push('former/app:1', [1_000_000, 5_000_000]);
      const served = await (await ThrowawayAuthority.create()).issue(['*.example.test']);
      const spec = { upstreamUrl: filled.upstream.host, masqueradeUrl: host };
      await cluster.apply(
        { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'user-standard' }, value: 1000 },
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'docker-certificate', namespace },
          type: 'kubernetes.io/tls',
          stringData: { 'tls.crt': served.cert, 'tls.key': served.key },
        },
      );
      await installFormer(cluster, inject('images'), { name, ...spec, caBundle: 'upstream-authorities' });
      const workers = (await cluster.nodes()).slice(1);
      pulls = await Promise.all(workers.map((node) => ContinuousPulls.start(cluster, node, image)));
      after.defer(() => stopPulls(pulls));
      await pulledMore(pulls, 3);
    }),
  );

  test('is taken over by installing ours, the definition that kubectl applied included: claims, addresses and objects stay, and pulls go on', async () => {
    const before = await identities(cluster);
    const formerPods = await runningPods(cluster, pods);
    expect(formerPods).toHaveLength(2);
    const workers = (await cluster.nodes()).slice(1);
    const line = `${await addressOf(cluster)}\t${host}`;
    expect(await filesOfFormerCache(cluster)).not.toBe('');
    for (const node of workers) expect(await cluster.onNode(node, 'cat', '/etc/hosts')).toContain(line);

    const began = Date.now();
    await installOperator(cluster, inject('images'), inject('upstreamAuthority'));
    await untilMirrorReady(cluster, name);
    // While one is replaced, the other one serves as before, and the mirror is Ready.
    await untilPodsReady(cluster, pods, 2, formerPods);
    await awaited('both serve', async () => {
      const serving = await endpointsOf(cluster, name);
      return serving.length === 2 ? undefined : `${serving.length} of 2`;
    });
    tell(`taken over after ${((Date.now() - began) / 1000).toFixed(0)} s`);
    await pulledMore(pulls, 3);

    expect(await identities(cluster)).toMatchObject(before);
    expect(await storedBlobs(cluster, 'former/app')).not.toEqual([]);
    await awaited('what was cached before is gone', async () => (await filesOfFormerCache(cluster)) || undefined);
    for (const node of workers) expect(await cluster.onNode(node, 'cat', '/etc/hosts')).toContain(line);
  });

  test('no pull fails meanwhile', async () => {
    for (const one of pulls) {
      const { failed, succeeded, slowestSeconds, reasons } = interruptionSince(await one.pulls(), 0);
      tell(
        `${one.node}: ${failed} of ${failed + succeeded} pulls failed, the slowest took ${slowestSeconds.toFixed(1)} s`,
      );
      expect(reasons).toEqual([]);
    }
  });
});

function addressOf(cluster: Cluster): Promise<string> {
  const service = ['-n', namespace, 'get', 'service', `registry-mirror-${name}`];
  return cluster.kubectl([...service, '-o', 'jsonpath={.spec.clusterIP}']);
}

/** The files that nginx of mirror-operator keeps on the volumes. */
async function filesOfFormerCache(cluster: Cluster): Promise<string> {
  const files = [
    '/var/local-volumes',
    '-regextype',
    'posix-extended',
    '-regex',
    '/var/local-volumes/[0-9]+/./../[0-9a-f]{32}',
  ];
  const found = (await cluster.nodes()).map((node) => cluster.onNode(node, 'find', ...files));
  return (await Promise.all(found)).join('').trim();
}

/** The uid and address of each object, and the volume of each claim, by name. */
async function identities(cluster: Cluster): Promise<Readonly<Record<string, string>>> {
  const kinds = 'services,statefulsets,daemonsets,secrets,persistentvolumeclaims';
  const line = '{.kind}/{.metadata.name} {.metadata.uid} {.spec.clusterIP} {.spec.volumeName}{"\\n"}';
  const columns = `jsonpath={range .items[*]}${line}{end}`;
  const objects = await cluster.kubectl(['-n', namespace, 'get', kinds, '-l', `mirror=${name}`, '-o', columns]);
  return Object.fromEntries(
    objects
      .trim()
      .split('\n')
      .map((line) => [line.replace(/ .*/, ''), line]),
  );
}
