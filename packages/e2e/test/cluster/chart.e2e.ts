import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { chartFolder, helm } from '../../src/helm.ts';
import { installOperator, namespace, releaseName, upgradeOperator } from '../../src/install-operator.ts';
import { ContinuousPulls, pulledMore } from '../support/continuous-pulls.ts';
import { everyObject, nodeState } from '../support/everything.ts';
import { interruptionSince } from '../support/interruption.ts';
import { applyMirror } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { untilAllRun } from '../support/rollout.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

const images = inject('images');
const version = images.operator.slice(images.operator.lastIndexOf(':') + 1);
const formerVersion = '0.0.1';

describe('the chart, with a mirror that is pulled through without a pause', { timeout: 600_000 }, () => {
  const host = 'chart.example.test';
  const release = (...words: readonly string[]): Promise<string> =>
    helm(cluster, [...words, '--namespace', namespace, '--timeout', '240s']);
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let formerChart: string;
  let pulls: readonly ContinuousPulls[] = [];
  let objectsBefore: readonly string[];
  let nodesBefore: readonly object[];

  const deleteClaims = (): Promise<string> =>
    cluster.kubectl(['-n', namespace, 'delete', 'persistentvolumeclaims', '-l', 'app=docker-registry,mirror=chart']);
  const stateOfNodes = async (): Promise<readonly object[]> =>
    Promise.all((await cluster.nodes()).map((node) => nodeState(cluster, node)));

  keepArtefacts();
  beforeAll(
    () =>
      prepared('the chart of a former version', async () => {
        ({ cluster } = await sharedCluster());
        formerChart = await formerVersionOfChart();
        await nameImagesAlso(cluster, formerVersion);
        const filled = await startUpstream('chart');
        ({ upstream } = filled);
        await filled.push('chart/app:1', [1_000_000, 5_000_000]);
        await release('uninstall', releaseName);
        await awaited('the operator is gone', async () =>
          (await everyObject(cluster)).find((line) => line.startsWith(`Pod ${namespace}/`)),
        );
        await deleteClaims();
        objectsBefore = await everyObject(cluster);
        nodesBefore = await stateOfNodes();

        await upgradeOperator(cluster, images, formerChart);
        const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, upstream: { plainHTTP: true } };
        await applyMirror(cluster, 'chart', spec);
        await untilAllRun(cluster, formerVersion);
        const workers = (await cluster.nodes()).slice(1);
        const image = `${host}/chart/app:1`;
        pulls = await Promise.all(workers.map((node) => ContinuousPulls.start(cluster, node, image)));
        await pulledMore(pulls, 3);
      }),
    420_000,
  );
  afterAll(async () => {
    await Promise.all(pulls.map((one) => one.stop()));
    await rm(formerChart, { recursive: true, force: true });
    await upstream.remove();
    await cluster.kubectl(['delete', 'registrymirror', 'chart', '--ignore-not-found']).catch(() => '');
    // Other files find the operator as they expect it.
    await installOperator(cluster, images, inject('upstreamAuthority'));
  }, 240_000);

  test('is upgraded from the former version, and no pull fails', async () => {
    const since = Date.now();
    await upgradeOperator(cluster, images, chartFolder);
    await untilAllRun(cluster, version);
    await pulledMore(pulls, 3);
    await nonePullFailed('upgrade', since);
  });

  test('is rolled back to it, and no pull fails', async () => {
    const since = Date.now();
    await release('rollback', releaseName, '--wait');
    // Agents are still being replaced while everything is uninstalled.
    await untilAllRun(cluster, formerVersion, 'component!=hostess-certificate');
    await pulledMore(pulls, 3);
    await nonePullFailed('rollback', since);
  });

  test('leaves nothing but claims on cluster and nodes when it is uninstalled', async () => {
    await Promise.all(pulls.map((one) => one.stop()));
    expect(JSON.stringify(await stateOfNodes())).toContain(host);

    const began = performance.now();
    await release('uninstall', releaseName);
    tell(`helm uninstall: ${((performance.now() - began) / 1000).toFixed(1)} s`);

    const claims = [0, 1].map(
      (index) => `+ PersistentVolumeClaim ${namespace}/image-store-registry-mirror-chart-${index}`,
    );
    await awaited('the cluster is as before, but for claims', async () => {
      const differences = difference(objectsBefore, await everyObject(cluster));
      return differences.join() === claims.join() ? undefined : differences.join(', ');
    });
    expect(await stateOfNodes()).toEqual(nodesBefore);

    await deleteClaims();
    expect(difference(objectsBefore, await everyObject(cluster))).toEqual([]);
  });

  async function nonePullFailed(what: string, since: number): Promise<void> {
    for (const one of pulls) {
      const { failed, succeeded, slowestSeconds, reasons } = interruptionSince(await one.pulls(), since);
      tell(
        `${what}: ${one.node}: ${succeeded} pulls, ${failed} failed, the slowest took ${slowestSeconds.toFixed(1)} s`,
      );
      expect({ failed, reasons }).toEqual({ failed: 0, reasons: [] });
    }
  }
});

/** A copy of the chart that calls itself and our images by another version. */
async function formerVersionOfChart(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chart-'));
  await cp(chartFolder, folder, { recursive: true });
  const file = join(folder, 'Chart.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${formerVersion}`));
  return folder;
}

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
