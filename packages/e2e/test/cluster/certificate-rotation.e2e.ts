import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { ContinuousPulls, pulledMore } from '../support/continuous-pulls.ts';
import { applyMirror, servedCertificate } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster } from '../support/on-cluster.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

describe('while nodes pull without a pause', () => {
  const host = 'rotation.example.test';
  const image = `${host}/rotation/app:1`;
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let pulls: readonly ContinuousPulls[];

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror and pulls through it', async () => {
      ({ cluster } = await sharedCluster());
      const filled = await startUpstream('rotation');
      ({ upstream } = filled);
      await filled.push('rotation/app:1', [1_000_000, 5_000_000]);
      const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 1, upstream: { plainHTTP: true } };
      await applyMirror(cluster, 'rotation', spec);
      const workers = (await cluster.nodes()).slice(1);
      pulls = await Promise.all(workers.map((node) => ContinuousPulls.start(cluster, node, image)));
    }),
  );
  afterAll(async () => {
    await Promise.all(pulls.map((one) => one.stop()));
    await cluster.kubectl(['delete', 'registrymirror', 'rotation']);
    await upstream.remove();
  });

  test('the own CA is replaced, nodes trust the new one first, and no pull fails', { timeout: 420_000 }, async () => {
    const [, node = ''] = await cluster.nodes();
    await pulledMore(pulls, 5);
    const before = await servedCertificate(cluster, node, host);

    await cluster.kubectl(['-n', namespace, 'delete', 'secret', 'entrepot-ca']);
    await awaited(
      'a certificate of the new CA is served',
      async () => ((await servedCertificate(cluster, node, host)) === before ? 'the former one still is' : undefined),
      360_000,
    );
    await pulledMore(pulls, 5);

    const pulled = (await Promise.all(pulls.map((one) => one.pulls()))).flat();
    expect(pulled.flatMap(({ error }) => error ?? [])).toEqual([]);
  });
});
