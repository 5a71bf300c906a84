import { join } from 'node:path';
import type { Progress } from '@entrepot/control-plane';
import { registryPrograms } from '@entrepot/testkit';
import type { Cluster } from '../cluster/cluster.ts';
import { nodePrograms } from '../node-image/node-programs.ts';
import { prepareTestBed, reachTestBed } from '../test-bed/test-bed.ts';
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

/** Starts one when no other run on a cluster is under way; what is started goes with `started`, also when `signal` ends it early. */
export async function startBenchCluster(
  started: AsyncDisposableStack,
  onProgress: Progress,
  signal: AbortSignal,
): Promise<BenchCluster> {
  const testBed = await prepareTestBed(started, onProgress, signal);
  const { engine, cluster } = await reachTestBed(testBed, onProgress);
  const upstream = await Upstream.start({
    engine,
    image: await registryImage(engine, onProgress),
    cluster: cluster.address.name,
    name: upstreamName,
    tls: testBed.upstreamCertificate,
  });
  started.defer(() => upstream.remove());
  for (const node of await cluster.nodes()) await trust(cluster, node, upstream.host, testBed.upstreamAuthority);
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
