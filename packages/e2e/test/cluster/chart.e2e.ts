import { rm } from 'node:fs/promises';
import { allObjects, copyChart } from '@entrepot/testkit';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { chartFolder, helm } from '../../src/helm.ts';
import { installOperator, namespace, releaseName, upgradeOperator } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { ContinuousPulls, pulledMore, stopPulls } from '../support/continuous-pulls.ts';
import { interruptionSince } from '../support/interruption.ts';
import { applyMirror, removeMirrors } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { nodeState } from '../support/on-nodes.ts';
import { untilAllRun } from '../support/rollout.ts';
import { startUpstream } from '../support/upstreams.ts';

const images = inject('images');
const version = images.operator.slice(images.operator.lastIndexOf(':') + 1);
const formerVersion = '0.0.1';

describe('the chart, with a mirror that is pulled through again and again', () => {
  const host = 'chart.example.test';
  const release = (...words: readonly string[]): Promise<string> =>
    helm(cluster, [...words, '--namespace', namespace, '--timeout', '240s']);
  let cluster: Cluster;
  let pulls: readonly ContinuousPulls[] = [];
  let objectsBefore: readonly string[];
  let nodesBefore: readonly object[];

  const everything = (): Promise<readonly string[]> => allObjects((words) => cluster.kubectl(words));
  const stateOfNodes = async (): Promise<readonly object[]> =>
    Promise.all((await cluster.nodes()).map((node) => nodeState(cluster, node)));

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('the chart of a former version', async () => {
      ({ cluster } = await sharedCluster());
      const formerChart = await copyChart(chartFolder, formerVersion);
      after.defer(() => rm(formerChart, { recursive: true, force: true }));
      await nameImagesAlso(cluster, formerVersion);
      const filled = await startUpstream('chart');
      after.defer(() => filled.upstream.remove());
      await filled.push('chart/app:1', [1_000_000, 5_000_000]);
      after.defer(() => removeMirrors(cluster, 'chart'));
      // Other files find the operator as they expect it.
      after.defer(() => installOperator(cluster, images, inject('upstreamAuthority')));
      await release('uninstall', releaseName);
      await awaited('the operator is gone', async () =>
        (await everything()).find((line) => line.startsWith(`Pod ${namespace}/`)),
      );
      objectsBefore = await everything();
      nodesBefore = await stateOfNodes();

      await upgradeOperator(cluster, images, formerChart);
      const spec = { upstreamUrl: filled.upstream.host, masqueradeUrl: host, upstream: { plainHTTP: true } };
      await applyMirror(cluster, 'chart', spec);
      await untilAllRun(cluster, formerVersion);
      const workers = (await cluster.nodes()).slice(1);
      const image = `${host}/chart/app:1`;
      pulls = await Promise.all(workers.map((node) => ContinuousPulls.start(cluster, node, image)));
      after.defer(() => stopPulls(pulls));
      await pulledMore(pulls, 3);
    }),
  );

  test('is upgraded from the former version, and no pull fails', async () => {
    const since = Date.now();
    await upgradeOperator(cluster, images, chartFolder);
    await untilAllRun(cluster, version);
    await pulledMore(pulls, 3);
    expect(await failuresSince('upgrade', since)).toEqual([]);
  });

  test('is rolled back to it, and no pull fails', async () => {
    const since = Date.now();
    await release('rollback', releaseName, '--wait');
    // Agents are still being replaced while everything is uninstalled.
    await untilAllRun(cluster, formerVersion, 'component!=hostess-certificate');
    await pulledMore(pulls, 3);
    expect(await failuresSince('rollback', since)).toEqual([]);
  });

  test('leaves nothing but claims on cluster and nodes when it is uninstalled', async () => {
    await stopPulls(pulls);
    expect(JSON.stringify(await stateOfNodes())).toContain(host);

    const began = performance.now();
    await release('uninstall', releaseName);
    tell(`helm uninstall: ${((performance.now() - began) / 1000).toFixed(1)} s`);

    const claims = [0, 1].map(
      (index) => `+ PersistentVolumeClaim ${namespace}/image-store-registry-mirror-chart-${index}`,
    );
    await awaited('the cluster is as before, but for claims', async () => {
      const differences = difference(objectsBefore, await everything());
      return differences.join() === claims.join() ? undefined : differences.join(', ');
    });
    expect(await stateOfNodes()).toEqual(nodesBefore);

    await cluster.kubectl(['-n', namespace, 'delete', 'pvc', '-l', 'mirror=chart', '--timeout=180s']);
    expect(difference(objectsBefore, await everything())).toEqual([]);
  });

  /** Why pulls failed since then; says how many did not. */
  async function failuresSince(what: string, since: number): Promise<readonly string[]> {
    const reasons: string[] = [];
    for (const one of pulls) {
      const seen = interruptionSince(await one.pulls(), since);
      const slowest = `the slowest took ${seen.slowestSeconds.toFixed(1)} s`;
      tell(`${what}: ${one.node}: ${seen.succeeded} pulls, ${seen.failed} failed, ${slowest}`);
      reasons.push(...seen.reasons);
    }
    return reasons;
  }
});

/** Gives our images on all nodes the names of another version as well. */
async function nameImagesAlso(cluster: Cluster, tag: string): Promise<void> {
  const ours = [images.operator, images['mirror-fetcher'], images['node-agent']];
  for (const node of await cluster.nodes()) {
    for (const image of ours) {
      const other = image.replace(/:[^:]+$/, `:${tag}`);
      await cluster.onNode(node, 'ctr', '-n', 'k8s.io', 'images', 'tag', '--force', image, other);
    }
  }
}

/** What is there and was not, or was there and is not. */
function difference(before: readonly string[], now: readonly string[]): readonly string[] {
  const more = now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  const less = before.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  return [...more, ...less];
}
