import { ThrowawayAuthority } from '@entrepot/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { ContinuousPulls, pulledMore, stopPulls } from '../support/continuous-pulls.ts';
import { applyMirror, hurryKubelets, removeMirrors, servedCertificate, untilCondition } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster } from '../support/on-cluster.ts';
import { removeObjects } from '../support/remove-objects.ts';
import { startUpstream } from '../support/upstreams.ts';

/** A mirror with a certificate of the operator's CA, and one with a user's. */
const mirrors = ['own-ca', 'given'] as const;
const hostOf = (mirror: string): string => `${mirror}.example.test`;

describe('while nodes pull again and again', () => {
  let cluster: Cluster;
  let pulls: readonly ContinuousPulls[] = [];

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('mirrors and pulls through them', async () => {
      ({ cluster } = await sharedCluster());
      const filled = await startUpstream('rotation');
      after.defer(() => filled.upstream.remove());
      after.defer(() => removeObjects(cluster, 'secret/rotation-given'));
      await giveCertificate(cluster);
      for (const mirror of mirrors) await filled.push(`rotation/${mirror}:1`, [1_000_000, 5_000_000]);
      const common = { upstreamUrl: filled.upstream.host, replicas: 1, upstream: { plainHTTP: true } };
      after.defer(() => removeMirrors(cluster, ...mirrors));
      const tls = { 'own-ca': {}, given: { tls: { secretName: 'rotation-given' } } };
      await Promise.all(
        mirrors.map((name) => applyMirror(cluster, name, { ...common, masqueradeUrl: hostOf(name), ...tls[name] })),
      );
      const workers = (await cluster.nodes()).slice(1);
      const images = mirrors.map((mirror) => `${hostOf(mirror)}/rotation/${mirror}:1`);
      const everywhere = workers.flatMap((node) => images.map((image) => ContinuousPulls.start(cluster, node, image)));
      pulls = await Promise.all(everywhere);
      after.defer(() => stopPulls(pulls));
    }),
  );

  test('the own CA and a user’s certificate are replaced, nodes trust the new ones first, and no pull fails', async () => {
    const [, node = ''] = await cluster.nodes();
    await pulledMore(pulls, 3);
    const served = (): Promise<readonly string[]> =>
      Promise.all(mirrors.map((mirror) => servedCertificate(cluster, node, hostOf(mirror))));
    const before = await served();

    await cluster.kubectl(['-n', namespace, 'delete', 'secret', 'entrepot-ca']);
    await giveCertificate(cluster);
    await Promise.all(mirrors.map((mirror) => untilCondition(cluster, mirror, 'CertificateReady', /WaitingForNodes/)));
    await Promise.all(
      mirrors.map((mirror) => untilCondition(cluster, mirror, 'CertificateReady', /^True (?!WaitingForNodes)/)),
    );
    await awaited('the new certificates are served', async () => {
      await Promise.all(mirrors.map((mirror) => hurryKubelets(cluster, mirror)));
      const now = await served();
      const former = mirrors.filter((_mirror, index) => now[index] === before[index]);
      return former.length === 0 ? undefined : `the former one still is: ${former.join(', ')}`;
    });
    await pulledMore(pulls, 3);

    const all = (await Promise.all(pulls.map((one) => one.pulls()))).flat();
    expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
  });
});

/** Writes a user's Secret, each time with a certificate of another authority. */
async function giveCertificate(cluster: Cluster): Promise<void> {
  const authority = await ThrowawayAuthority.create();
  const { cert, key } = await authority.issue([hostOf('given')]);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'rotation-given', namespace },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': cert, 'tls.key': key, 'ca.crt': authority.caCertificate },
  });
}
