import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { ContinuousPulls, pulledMore, stopPulls } from '../support/continuous-pulls.ts';
import { killPods, killService } from '../support/kills.ts';
import { leadership, leadFrom, operatorPods, secondsUntilLed } from '../support/leadership.ts';
import { applyMirror, endpointsOf, patchMirror, removeMirrors, storedBlobs } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { runningPods, untilPodsReady } from '../support/running-pods.ts';
import { seenWhile } from '../support/seen-while.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

const host = 'kills.example.test';
const mirrorPods = 'mirror=kills,component=registry';
const agentPods = 'mirror=kills,component=hostess-certificate';
/** The configuration, the program, and two layers of data. */
const blobsOfImage = 4;
/** A Lease ends 15 s after it was last renewed. */
const failoverSeconds = 20;

describe('while two nodes pull again and again through a mirror with two replicas', () => {
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let pulls: readonly ContinuousPulls[] = [];

  const scaleOperator = async (replicas: string): Promise<void> => {
    await cluster.kubectl(['-n', namespace, 'scale', 'deployment/entrepot-operator', `--replicas=${replicas}`]);
  };

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror, two operators, and pulls through the mirror', async () => {
      ({ cluster } = await sharedCluster());
      const replicas = ['deployment/entrepot-operator', '-o', 'jsonpath={.spec.replicas}'];
      const replicasBefore = await cluster.kubectl(['-n', namespace, 'get', ...replicas]);
      after.defer(() => scaleOperator(replicasBefore));
      await scaleOperator('2');
      const filled = await startUpstream('kills');
      ({ upstream } = filled);
      after.defer(() => upstream.remove());
      after.defer(() => removeMirrors(cluster, 'kills'));
      await filled.push('kills/app:1', [1_000_000, 5_000_000]);
      const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 2, upstream: { plainHTTP: true } };
      await applyMirror(cluster, 'kills', spec);
      await untilPodsReady(cluster, mirrorPods, 2);
      await untilPodsReady(cluster, operatorPods, 2);
      const workers = (await cluster.nodes()).slice(1);
      pulls = await Promise.all(workers.map((node) => ContinuousPulls.start(cluster, node, `${host}/kills/app:1`)));
      after.defer(() => stopPulls(pulls));
      await pulledMore(pulls, 2);
      await awaited('both replicas have the whole image', async () => {
        const asked = new Set((await upstream.requests()).filter((line) => line.includes('GET /v2/kills/app/blobs/')));
        const stored = await storedBlobs(cluster, 'kills/app');
        const twice = [...asked].filter((line) => stored.filter((digest) => line.endsWith(digest)).length === 2);
        return twice.length === blobsOfImage ? undefined : `both have ${twice.length} of ${blobsOfImage} blobs`;
      });
    }),
  );

  /** Why pulls failed, on any node. */
  const failuresWhile = async (what: string, work: () => Promise<void>): Promise<readonly string[]> =>
    (await seenWhile(pulls, what, work)).flatMap(({ reasons }) => reasons);

  test('all node agents are killed: no pull fails', async () => {
    const failures = await failuresWhile('agents killed', async () => {
      const agents = await runningPods(cluster, agentPods);
      expect(agents).toHaveLength((await cluster.nodes()).length);
      await killPods(cluster, agents);
      await untilPodsReady(cluster, agentPods, agents.length, agents);
    });
    expect(failures).toEqual([]);
  });

  test('the kubelet is killed: no pull fails', async () => {
    const [, node = ''] = await cluster.nodes();
    expect(await failuresWhile('kubelet killed', () => killService(cluster, node, 'kubelet'))).toEqual([]);
  });

  test('the leading operator is killed: no pull fails, and soon one leads again', async () => {
    const failures = await failuresWhile('leader killed', async () => {
      const { pod } = await leadership(cluster);
      const leaders = (await runningPods(cluster, operatorPods)).filter(({ name }) => name === pod);
      expect(leaders).toHaveLength(1);
      await killPods(cluster, leaders);
      const seconds = await secondsUntilLed(cluster, Date.now());
      tell(`leader killed: led again after ${seconds} s`);
      expect(seconds).toBeLessThan(failoverSeconds);
      await untilPodsReady(cluster, operatorPods, 2, leaders);
    });
    expect(failures).toEqual([]);
  });

  test('containerd is killed: pulls fail on its node alone, until it is back', async () => {
    const [, node = ''] = await cluster.nodes();
    const seen = await seenWhile(pulls, 'containerd killed', () => killService(cluster, node, 'containerd'));
    expect(seen.flatMap((one) => (one.node === node ? [] : one.reasons))).toEqual([]);
    expect(seen.find((one) => one.node === node)?.seconds).toBeLessThan(60);
  });

  test('one of the two mirror pods is killed: pulls fail until the nodes know', async () => {
    const killed = (await runningPods(cluster, mirrorPods)).slice(0, 1);
    const seen = await seenWhile(pulls, 'mirror pod killed', async () => {
      await killPods(cluster, killed);
      await untilPodsReady(cluster, mirrorPods, 2, killed);
    });
    for (const { seconds } of seen) expect(seconds).toBeLessThan(60);
  });

  test('the mirror pods are replaced by those of a new version: no pull fails', async () => {
    const former = await runningPods(cluster, mirrorPods);
    const failures = await failuresWhile('new version of the mirror', async () => {
      await patchMirror(cluster, 'kills', { templateOptions: { workerProcesses: 3 } });
      await untilPodsReady(cluster, mirrorPods, 2, former);
    });
    expect(failures).toEqual([]);
  });

  test('a node with a mirror pod is drained: no pull fails', async () => {
    const drained = (await runningPods(cluster, mirrorPods)).slice(0, 1);
    const [{ node } = { node: '' }] = drained;
    const failures = await failuresWhile('node drained', async () => {
      try {
        await cluster.kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=150s']);
      } finally {
        await cluster.kubectl(['uncordon', node]);
      }
      await untilPodsReady(cluster, mirrorPods, 2, drained);
    });
    expect(failures).toEqual([]);
  });

  // The last one: pulls of that node end with it.
  test('a node with a mirror pod and the leading operator loses its power: pulls of others fail until the cluster knows', async () => {
    const workers = (await cluster.nodes()).slice(1);
    const withMirror = (await runningPods(cluster, mirrorPods)).map(({ node }) => node);
    const node = await leadFrom(
      cluster,
      workers.filter((worker) => withMirror.includes(worker)),
    );
    const { transitions: before } = await leadership(cluster);
    const powerOff = async (): Promise<void> => {
      await cluster.powerOff(node);
      const since = Date.now();
      const seconds = await secondsUntilLed(cluster, since, ({ transitions }) => transitions > before);
      tell(`node killed: led again after ${seconds} s`);
      expect(seconds).toBeLessThan(failoverSeconds);
      await awaited('the Service is without the pod that is off', async () => {
        const endpoints = await endpointsOf(cluster, 'kills');
        return endpoints.length === 1 ? undefined : `it has ${endpoints.join(' and ')}`;
      });
    };
    try {
      const others = pulls.filter((one) => one.node !== node);
      for (const { seconds } of await seenWhile(others, 'node killed', powerOff)) expect(seconds).toBeLessThan(170);
    } finally {
      await cluster.powerOn(node);
      await cluster.untilReady(tell);
    }
    await untilPodsReady(cluster, mirrorPods, 2);
  });
});
