import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed, toolsFolder, withMachineLock, type Progress } from '@entrepot/control-plane';
import { ThrowawayAuthority, type ServingCertificate } from '@entrepot/testkit';
import type { TestProject } from 'vitest/node';
import { collectArtefacts } from '../../src/artefacts.ts';
import { Cluster, type ClusterAddress } from '../../src/cluster/cluster.ts';
import type { DockerEngine } from '../../src/engine/docker-engine.ts';
import { useEngine } from '../../src/engine/find-engine.ts';
import { imageSource } from '../../src/image-source.ts';
import { installOperator, namespace } from '../../src/install-operator.ts';
import { nodeImages } from '../../src/node-image/node-image.ts';
import { productImages, type ProductImages } from '../../src/product-images/product-images.ts';
import { takeTurn } from './turn.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly cluster: ClusterAddress;
    readonly dockerHost: string;
    readonly images: ProductImages;
    /** The authority that mirrors trust at upstreams, PEM text. */
    readonly upstreamAuthority: string;
    /** A certificate of it for hosts below upstream.test. */
    readonly upstreamCertificate: ServingCertificate;
  }
}

interface EngineAndCluster {
  readonly engine: DockerEngine;
  readonly cluster: Cluster;
}

const workers = 2;
const artefacts = fileURLToPath(new URL('../../.test-results/artefacts/set-up', import.meta.url));
const began = performance.now();
const onProgress: Progress = (line) => {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};

/** Names a cluster that stays after the run and is used again by the next one that names it: for writing tests. */
const keptName = process.env['ENTREPOT_KEEP_CLUSTER'] ?? '';

/** A cluster with the operator on it, for all test files of a run. What was started for it ends with the run, or when this fails. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  const { engine, cluster } = keptName === '' ? await ownCluster(started) : await keptCluster(keptName);
  // The names of our images are the same for every run on this machine.
  const images = await withMachineLock('product images', async () => {
    const built = await productImages(engine, imageSource(), onProgress);
    await timed(onProgress, 'images', 'loading onto the nodes', () => cluster.load(Object.values(built)));
    return built;
  });
  const authority = await ThrowawayAuthority.create();
  const install = (): Promise<void> => installOperator(cluster, images, authority.caCertificate);
  await timed(onProgress, 'operator', 'helm upgrade --install entrepot charts/entrepot', install).catch(
    async (error: unknown) => {
      await collectArtefacts(cluster, artefacts);
      onProgress(`what the cluster said when that failed: ${artefacts}`);
      throw error;
    },
  );

  project.provide('cluster', cluster.address);
  project.provide('dockerHost', engine.host);
  project.provide('images', images);
  project.provide('upstreamAuthority', authority.caCertificate);
  project.provide('upstreamCertificate', await authority.issue(['*.upstream.test']));
  const kept = started.move();
  return () => kept.disposeAsync();
}

/** A cluster for this run only, with an engine that is stopped again when it was started for it. */
async function ownCluster(started: AsyncDisposableStack): Promise<EngineAndCluster> {
  started.defer(await takeTurn(onProgress));
  const { engine, origin, stop } = await useEngine();
  started.defer(stop);
  onProgress(`Docker engine: ${origin}`);
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const images = await nodeImages(engine, imageSource(), onProgress);
  const cluster = await Cluster.up(engine, { name: 'entrepot-e2e', images, workers, folder, onProgress });
  started.defer(() => timed(onProgress, 'cluster', 'taking it away', () => cluster.down()));
  return { engine, cluster };
}

async function keptCluster(name: string): Promise<EngineAndCluster> {
  const { engine, origin } = await useEngine();
  onProgress(`Docker engine: ${origin}`);
  const folder = join(dirname(toolsFolder()), 'cluster', name);
  await mkdir(folder, { recursive: true });
  const found = await Cluster.at({ name, kubeconfig: join(folder, 'kubeconfig') }, engine, onProgress);
  const isThere = await found.untilReady(onProgress, 5_000).then(
    () => true,
    () => false,
  );
  if (isThere) {
    // Images keep their names: an operator that runs would go on with the former one.
    await found.kubectl(['-n', namespace, 'delete', 'deployment', 'entrepot-operator', '--ignore-not-found']);
    return { engine, cluster: found };
  }
  const images = await nodeImages(engine, imageSource(), onProgress);
  return { engine, cluster: await Cluster.up(engine, { name, images, workers, folder, onProgress }) };
}
