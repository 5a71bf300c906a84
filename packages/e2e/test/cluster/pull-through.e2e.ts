import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { answeredBy, applyMirror, removeMirrors, resolvedBy, storedBlobs } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { imagesOn, removePods, startPod } from '../support/pods.ts';
import { removeObjects } from '../support/remove-objects.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

const account = { username: 'reader', password: 'only-mirrors-know' };
const credentials = 'upstream-login';

describe.each([
  { kind: 'plain', security: {}, spec: { upstream: { plainHTTP: true } } },
  { kind: 'tls', security: { tls: inject('upstreamCertificate') }, spec: {} },
  {
    kind: 'basic-auth',
    security: { tls: inject('upstreamCertificate'), account },
    spec: { credentialsSecret: credentials },
  },
])('a pod whose image names the mirror of an upstream of this kind: $kind', ({ kind, security, spec }) => {
  const host = `${kind}.example.test`;
  const repository = `${kind}/app`;
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let push: FilledUpstream['push'];

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared(`a mirror of ${kind}`, async () => {
      ({ cluster } = await sharedCluster());
      ({ upstream, push } = await startUpstream(kind, security));
      after.defer(() => upstream.remove());
      after.defer(() => removeObjects(cluster, `secret/${credentials}`));
      const secret = { name: credentials, namespace };
      await cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: secret, stringData: account });
      after.defer(() => removeMirrors(cluster, kind));
      after.defer(() => removePods(cluster, host));
      const common = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 1, cache: { tagTTL: '5s' } };
      await applyMirror(cluster, kind, { ...common, ...spec });
    }),
  );

  test('starts on every node through the mirror, which asks the upstream for each blob once', async () => {
    const digest = await push(`${repository}:1`);
    const { length: before } = await upstream.requests();
    const nodes = await cluster.nodes();
    for (const node of nodes)
      await startPod(cluster, { name: `${kind}-1-${node}`, node, image: `${host}/${repository}:1` });

    const manifest = `GET /v2/${repository}/manifests/${digest} 200`;
    const answers = await answeredBy(cluster, kind);
    expect(answers.filter((line) => line === manifest)).toHaveLength(nodes.length);
    const requests = (await upstream.requests()).slice(before);
    const asked = requests.filter((line) => line.startsWith(`GET /v2/${repository}/blobs/`));
    // The configuration and two layers.
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(3);
    expect(new Set(await storedBlobs(cluster, repository))).toEqual(new Set(asked.map(digestIn)));
  });

  test('starts on a node that never had the image while the upstream is stopped', async () => {
    const digest = await push(`${repository}:2`);
    const [, first = '', second = ''] = await cluster.nodes();
    const image = `${host}/${repository}:2`;
    await startPod(cluster, { name: `${kind}-2-before`, node: first, image });
    expect(await imagesOn(cluster, second, image)).toEqual([]);
    const { length: before } = await answeredBy(cluster, kind);

    await upstream.stop();
    await startPod(cluster, { name: `${kind}-2-without-upstream`, node: second, image });

    expect(await imagesOn(cluster, second, image)).toEqual([digest]);
    const answers = (await answeredBy(cluster, kind)).slice(before);
    expect(answers).toContain(`GET /v2/${repository}/manifests/${digest} 200`);
  });

  test('has what a moved tag points at, soon after the upstream is back', async () => {
    const [, node = ''] = await cluster.nodes();
    await upstream.resume();
    // From now on the mirror answers without asking, for as long as the tag's TTL.
    await resolvedBy(cluster, node, `${host}/${repository}:1`);
    const digest = await push(`${repository}:1`);
    const began = performance.now();
    await awaited(`${kind}: the mirror has seen that the tag moved`, async () => {
      const answered = await resolvedBy(cluster, node, `${host}/${repository}:1`);
      return answered === digest ? undefined : `it is still at ${answered}`;
    });
    const seconds = (performance.now() - began) / 1000;
    tell(`${kind}: a tag that moved is seen after ${seconds.toFixed(1)} s, with a tagTTL of 5 s`);
    expect(seconds).toBeLessThan(60);

    await startPod(cluster, { name: `${kind}-1-moved`, node, image: `${host}/${repository}:1`, pullAlways: true });
    expect(await imagesOn(cluster, node, `${host}/${repository}:1`)).toEqual([digest]);
  });
});

function digestIn(line: string): string | undefined {
  return /sha256:[0-9a-f]+/.exec(line)?.[0];
}
