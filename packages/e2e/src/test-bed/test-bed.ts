import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed, toolsFolder, withMachineLock, type Progress } from '@entrepot/control-plane';
import { ThrowawayAuthority } from '@entrepot/testkit';
import { z } from 'zod';
import { collectArtefacts } from '../artefacts.ts';
import { Cluster } from '../cluster/cluster.ts';
import { DockerEngine } from '../engine/docker-engine.ts';
import { useEngine } from '../engine/find-engine.ts';
import { imageSource } from '../image-source.ts';
import { installOperator, namespace } from '../install-operator.ts';
import { nodeImages } from '../node-image/node-image.ts';
import { products } from '../product-images/image-context.ts';
import { productImages } from '../product-images/product-images.ts';
import { takeTurn } from './take-turn.ts';

/** What tests and measurements on a cluster need, as plain data: a cluster with the operator on it. */
export const testBedSchema = z.object({
  cluster: z.object({ name: z.string(), kubeconfig: z.string() }),
  /** The engine of the cluster's nodes and of upstreams, as in DOCKER_HOST. */
  dockerHost: z.string(),
  images: z.record(z.enum([...products, 'nginx']), z.string()),
  /** The authority that mirrors trust at upstreams, PEM text. */
  upstreamAuthority: z.string(),
  /** A certificate of it for hosts below upstream.test. */
  upstreamCertificate: z.object({ cert: z.string(), key: z.string() }),
});

/** As {@link testBedSchema} says. */
export type TestBed = z.infer<typeof testBedSchema>;

/** What a test bed is reached by. */
export interface EngineAndCluster {
  readonly engine: DockerEngine;
  readonly cluster: Cluster;
}

const workers = 2;
const artefacts = fileURLToPath(new URL('../../.test-results/artefacts/set-up', import.meta.url));

/** Names a cluster that stays after the run and is used again by the next one that names it: for writing tests. */
const keptName = process.env['ENTREPOT_KEEP_CLUSTER'] ?? '';

/**
 * Makes one. Whatever was started for it, so far, goes with `started`.
 *
 * @param signal says that it is not wanted any more: the step that is under way is the last one
 */
export async function prepareTestBed(
  started: AsyncDisposableStack,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<TestBed> {
  const make = keptName === '' ? ownCluster(started, onProgress, signal) : keptCluster(started, keptName, onProgress);
  const { engine, cluster } = await make;
  signal.throwIfAborted();
  // The names of our images are the same for every run on this machine.
  const images = await withMachineLock('product images', async () => {
    const built = await productImages(engine, imageSource(), onProgress);
    await timed(onProgress, 'images', 'loading onto the nodes', () => cluster.load(Object.values(built)));
    return built;
  });
  signal.throwIfAborted();
  const authority = await ThrowawayAuthority.create();
  const install = (): Promise<void> => installOperator(cluster, images, authority.caCertificate);
  await timed(onProgress, 'operator', 'helm upgrade --install entrepot charts/entrepot', install).catch(
    async (error: unknown) => {
      await collectArtefacts(cluster, artefacts);
      onProgress(`what the cluster said when that failed: ${artefacts}`);
      throw error;
    },
  );
  signal.throwIfAborted();
  return {
    cluster: cluster.address,
    dockerHost: engine.host,
    images,
    upstreamAuthority: authority.caCertificate,
    upstreamCertificate: await authority.issue(['*.upstream.test']),
  };
}

/** Reaches one from any process. Testcontainers then finds the engine by the environment. */
export async function reachTestBed(
  { cluster, dockerHost }: Pick<TestBed, 'cluster' | 'dockerHost'>,
  onProgress: Progress,
): Promise<EngineAndCluster> {
  const engine = new DockerEngine(dockerHost);
  Object.assign(process.env, engine.environment);
  return { engine, cluster: await Cluster.at(cluster, engine, onProgress) };
}

/** A cluster for this run only, with an engine that is stopped again when it was started for it. */
async function ownCluster(
  started: AsyncDisposableStack,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<EngineAndCluster> {
  started.defer(await takeTurn(onProgress, signal));
  const { engine, stop } = await useEngine(onProgress);
  started.defer(stop);
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const images = await nodeImages(engine, imageSource(), onProgress);
  signal.throwIfAborted();
  const name = 'entrepot-e2e';
  const cluster = await Cluster.at({ name, kubeconfig: join(folder, 'kubeconfig') }, engine, onProgress);
  started.defer(() => timed(onProgress, 'cluster', 'taking it away', () => cluster.down()));
  return { engine, cluster: await Cluster.up(engine, { name, images, workers, folder, onProgress }) };
}

async function keptCluster(
  started: AsyncDisposableStack,
  name: string,
  onProgress: Progress,
): Promise<EngineAndCluster> {
  const { engine } = await useEngine(onProgress);
  const folder = join(dirname(toolsFolder()), 'cluster', name);
  await mkdir(folder, { recursive: true });
  const found = await Cluster.at({ name, kubeconfig: join(folder, 'kubeconfig') }, engine, onProgress);
  started.defer(() => found.removeNeighbours());
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
