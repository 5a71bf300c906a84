import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { afterwards } from '../support/afterwards.ts';
import { applyMirror, removeMirrors, untilMirrorReady } from '../support/mirrors.ts';
import { keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { imagesOn, removePods, startPod } from '../support/pods.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

describe('all nodes lose their power at once while the upstream is off', () => {
  const host = 'reboot.example.test';
  const image = `${host}/reboot/app:1`;
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let digest: string;

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror that has an image', async () => {
      ({ cluster } = await sharedCluster());
      const filled = await startUpstream('reboot');
      ({ upstream } = filled);
      after.defer(() => upstream.remove());
      after.defer(() => removeMirrors(cluster, 'reboot'));
      after.defer(() => removePods(cluster, host));
      digest = await filled.push('reboot/app:1');
      const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 1, upstream: { plainHTTP: true } };
      await applyMirror(cluster, 'reboot', spec);
      const [, first = ''] = await cluster.nodes();
      await startPod(cluster, { name: 'reboot-before', node: first, image });
    }),
  );

  test('operator, mirror and agents come back by themselves and serve', async () => {
    const [, , second = ''] = await cluster.nodes();
    expect(await imagesOn(cluster, second, image)).toEqual([]);
    await upstream.stop();

    // The engine also writes each node's hosts file anew: agents find it without their line, which real nodes keep.
    await cluster.reboot();
    await cluster.untilReady(tell);
    await untilMirrorReady(cluster, 'reboot');
    await startPod(cluster, { name: 'reboot-after', node: second, image });

    expect(await imagesOn(cluster, second, image)).toEqual([digest]);
  });
});
