import { join } from 'node:path';
import { registryPrograms } from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterNetwork, type Cluster } from '../../src/cluster/cluster.ts';
import { nodePrograms } from '../../src/node-image/node-programs.ts';
import { pushImage } from '../../src/upstream/push-image.ts';
import { registryImage } from '../../src/upstream/registry-image.ts';
import { Upstream } from '../../src/upstream/upstream.ts';
import { answeredBy, applyMirror, storedBlobs } from '../support/mirrors.ts';
import { keepArtefacts, sharedCluster } from '../support/on-cluster.ts';
import { imagesOn, startPod } from '../support/pods.ts';

describe('a pod whose image names the mirror host', () => {
  const mirror = 'plain';
  const host = 'registry.example.test';
  let cluster: Cluster;
  let upstream: Upstream;
  let push: (name: string) => Promise<string>;

  keepArtefacts();
  beforeAll(async () => {
    const { engine, cluster: shared } = await sharedCluster();
    cluster = shared;
    const image = await registryImage(engine, () => {});
    upstream = await Upstream.start({ engine, image, network: clusterNetwork, name: 'plain.upstream.test' });
    const { crane } = await registryPrograms();
    const program = join((await nodePrograms(() => {})).pause, 'pause');
    push = (name) => pushImage(upstream, { name, layers: [1_000_000] }, { crane, program });
    const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 1, upstream: { plainHTTP: true } };
    await applyMirror(cluster, mirror, spec);
  });
  afterAll(async () => {
    await cluster.kubectl(['delete', 'pods', '-l', 'test=pull', '--wait=false']);
    await cluster.kubectl(['delete', 'registrymirror', mirror]);
    await upstream.remove();
  });

  test('starts on every node through the mirror, which asks the upstream for each blob once', async () => {
    const digest = await push('team/app:1');
    const nodes = await cluster.nodes();
    for (const node of nodes) await startPod(cluster, { name: `app-1-${node}`, node, image: `${host}/team/app:1` });

    const answers = await answeredBy(cluster, mirror);
    const pulled = answers.filter((line) => line.startsWith(`GET /v2/team/app/manifests/${digest}`));
    expect(pulled).toEqual(nodes.map(() => `GET /v2/team/app/manifests/${digest} 200`));
    const asked = (await upstream.requests()).filter((line) => line.startsWith('GET /v2/team/app/blobs/'));
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(3);
    expect(new Set(await storedBlobs(cluster, 'team/app'))).toEqual(new Set(asked.map(digestIn)));
  });

  test('starts on a node that never had the image while the upstream is stopped', async () => {
    const digest = await push('team/app:2');
    const [, first = '', second = ''] = await cluster.nodes();
    const image = `${host}/team/app:2`;
    await startPod(cluster, { name: 'app-2-before', node: first, image });
    expect(await imagesOn(cluster, second, image)).toEqual([]);

    await upstream.stop();
    await startPod(cluster, { name: 'app-2-without-upstream', node: second, image });

    expect(await imagesOn(cluster, second, image)).toEqual([digest]);
    const answers = await answeredBy(cluster, mirror);
    expect(answers).toContain(`GET /v2/team/app/manifests/${digest} 200`);
  });
});

function digestIn(line: string): string | undefined {
  return /sha256:[0-9a-f]+/.exec(line)?.[0];
}
