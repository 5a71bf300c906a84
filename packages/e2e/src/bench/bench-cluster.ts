import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timed, type Progress } from '@entrepot/control-plane';
import { registryPrograms, ThrowawayAuthority } from '@entrepot/testkit';
import { Cluster } from '../cluster/cluster.ts';
import { useEngine } from '../engine/find-engine.ts';
import { imageSource } from '../image-source.ts';
import { installOperator } from '../install-operator.ts';
import { nodeImages } from '../node-image/node-image.ts';
import { nodePrograms } from '../node-image/node-programs.ts';
import { productImages } from '../product-images/product-images.ts';
import { pushImage } from '../upstream/push-image.ts';
import { registryImage } from '../upstream/registry-image.ts';
import { Upstream } from '../upstream/upstream.ts';

/** A cluster with the operator, and an upstream with TLS outside of it that nodes trust, too. */
export interface BenchCluster {
  readonly cluster: Cluster;
  readonly upstream: Upstream;
  /** Pushes an image with layers of these sizes. */
  readonly push: (name: string, layers: readonly number[]) => Promise<void>;
}

const upstreamName = 'bench.upstream.test';

/** Starts one; what is started goes with `started`. */
export async function startBenchCluster(started: AsyncDisposableStack, onProgress: Progress): Promise<BenchCluster> {
  const { engine, origin, stop } = await useEngine();
  started.defer(stop);
  onProgress(`Docker engine: ${origin}`);
  // Testcontainers finds the engine by the environment.
  Object.assign(process.env, engine.environment);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));

  const source = imageSource();
  const nodes = await nodeImages(engine, source, onProgress);
  const options = { name: 'entrepot-bench', images: nodes, workers: 2, folder, onProgress };
  const cluster = await Cluster.up(engine, options);
  started.defer(() => cluster.down());
  const images = await productImages(engine, source, onProgress);
  await timed(onProgress, 'images', 'loading onto the nodes', () => cluster.load(Object.values(images)));
  const authority = await ThrowawayAuthority.create();
  await installOperator(cluster, images, authority.caCertificate);

  const upstream = await Upstream.start({
    engine,
    image: await registryImage(engine, onProgress),
    cluster: cluster.address.name,
    name: upstreamName,
    tls: await authority.issue([upstreamName]),
  });
  started.defer(() => upstream.remove());
  for (const node of await cluster.nodes()) await trust(cluster, node, upstream.host, authority.caCertificate);
  const { crane } = await registryPrograms(onProgress);
  const program = join((await nodePrograms(onProgress)).pause, 'pause');
  const push = async (name: string, layers: readonly number[]): Promise<void> => {
    await pushImage(upstream, { name, layers }, { crane, program });
  };
  return { cluster, upstream, push };
}

/** Lets a node pull from a registry directly, whichever containerd it has. */
async function trust(cluster: Cluster, node: string, host: string, authority: string): Promise<void> {
  for (const folder of [`/etc/docker/certs.d/${host}`, `/etc/containerd/certs.d/${host}`]) {
    await cluster.onNode(node, 'sh', '-c', `mkdir -p '${folder}' && printf '%s' '${authority}' >'${folder}/ca.crt'`);
  }
}
