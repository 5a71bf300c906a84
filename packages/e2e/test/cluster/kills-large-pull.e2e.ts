import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { ContinuousPulls, pulledMore, stopPulls } from '../support/continuous-pulls.ts';
import { killPods } from '../support/kills.ts';
import { applyMirror, patchMirror, removeMirrors } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { failedPulls, removePods, startPod } from '../support/pods.ts';
import { runningPods, untilPodsReady, type RunningPod } from '../support/running-pods.ts';
import { seenWhile } from '../support/seen-while.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

const host = 'kills-large.example.test';
const mirrorPods = 'mirror=kills-large,component=registry';
const sizes = { told: 500_000_000, killed: 200_000_000 };

describe('the only pod of a mirror is replaced', () => {
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let node: string;
  /** Pulls of something small on another node. */
  let others: readonly ContinuousPulls[] = [];

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror with one replica', async () => {
      ({ cluster } = await sharedCluster());
      const filled = await startUpstream('kills-large');
      ({ upstream } = filled);
      after.defer(() => upstream.remove());
      after.defer(() => removeMirrors(cluster, 'kills-large'));
      const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 1, upstream: { plainHTTP: true } };
      await Promise.all([
        applyMirror(cluster, 'kills-large', spec),
        filled.push('large/small:1'),
        filled.push('large/told:1', [sizes.told]),
        filled.push('large/killed:1', [sizes.killed]),
      ]);
      const [, first = '', second = ''] = await cluster.nodes();
      node = first;
      after.defer(async () => {
        await removePods(cluster, host);
        const images = Object.keys(sizes).map((name) => `${host}/large/${name}:1`);
        await cluster.onNode(node, 'ctr', '-n', 'k8s.io', 'images', 'rm', ...images);
      });
      others = [await ContinuousPulls.start(cluster, second, `${host}/large/small:1`)];
      after.defer(() => stopPulls(others));
      await pulledMore(others, 2);
    }),
  );

  /** Does something to the mirror's pod in the middle of a pull that the mirror does not have yet; done when both are over. */
  const duringPull = async (
    name: keyof typeof sizes,
    work: (pods: readonly RunningPod[]) => Promise<unknown>,
  ): Promise<void> => {
    const former = await runningPods(cluster, mirrorPods);
    await seenWhile(others, `pod ${name} during a pull`, async () => {
      const began = Date.now();
      const started = startPod(cluster, { name: `large-${name}`, node, image: `${host}/large/${name}:1` });
      const underWay = awaited(`the pull of ${name} is under way`, async () => {
        const ingests = await cluster.onNode(node, 'ctr', '-n', 'k8s.io', 'content', 'active');
        return /\s\d\d+(\.\d+)?\s?M/.test(ingests) ? undefined : ingests;
      });
      await Promise.all([started, underWay.then(() => work(former))]);
      tell(`pod ${name}: the image was pulled and ran after ${(Date.now() - began) / 1000} s`);
      await untilPodsReady(cluster, mirrorPods, 1, former);
    });
  };

  test('told to stop, it brings a pull of 500 MB to its end, and the upstream is asked once', async () => {
    await duringPull('told', () =>
      cluster.kubectl(['-n', namespace, 'delete', 'pods', '-l', mirrorPods, '--wait=false']),
    );
    expect(await failedPulls(cluster, 'large-told')).toEqual([]);
    expect((await upstream.bytesOfBlobs('large/told')) / sizes.told).toBeCloseTo(1, 1);
  });

  test('killed, it starts again, and the kubelet brings the pull to its end', async () => {
    await duringPull('killed', (pods) => killPods(cluster, pods));
    const bytes = await upstream.bytesOfBlobs('large/killed');
    const { length: attempts } = await failedPulls(cluster, 'large-killed');
    tell(`pod killed: ${attempts} pulls failed; the upstream gave ${Math.round(bytes / 1e6)} MB for 200 MB`);
    // What was there of it when the fetcher was killed, and all of it.
    expect(bytes / sizes.killed).toBeLessThan(2.1);
  });

  test('of a new version: pulls fail until its successor is ready', async () => {
    const former = await runningPods(cluster, mirrorPods);
    const seen = await seenWhile(others, 'new version of one replica', async () => {
      await patchMirror(cluster, 'kills-large', { templateOptions: { workerProcesses: 3 } });
      await untilPodsReady(cluster, mirrorPods, 1, former);
    });
    for (const { seconds } of seen) expect(seconds).toBeLessThan(60);
  });
});
