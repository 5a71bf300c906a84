import type { Progress } from '@entrepot/control-plane';
import type { BenchCluster } from './bench-cluster.ts';
import { containerMemory, type ContainerMemory } from './container-memory.ts';
import { podWave, type PodStart } from './pod-wave.ts';

/** An image whose pulls are measured. */
export interface BenchImage {
  readonly title: string;
  readonly layers: readonly number[];
  /** How often everything is measured. */
  readonly rounds: number;
}

/** The images that {@link measureCluster} pulls. */
export interface BenchSizes {
  /** Started on all nodes at once. */
  readonly waves: readonly BenchImage[];
  /** Pulled by one node at a time. */
  readonly alone: BenchImage;
}

/** What starting pods of an image took, every node of every round; and how often the upstream was asked for its blobs. */
export interface Route {
  readonly starts: readonly PodStart[];
  readonly upstreamRequests: number;
}

/** One image by all routes. */
export interface ImageFigures {
  readonly image: BenchImage;
  readonly direct: Route;
  /** The mirror does not have it. */
  readonly cold: Route;
  /** The mirror has it, the nodes do not. */
  readonly warm: Route;
}

/** What it measured; times in milliseconds. */
export interface ClusterFigures {
  /** From `kubectl apply` of a mirror. */
  readonly mirrorReadyMs: number;
  /** From the same until a pod that was made then runs, pulled through it. */
  readonly firstPullMs: number;
  readonly waves: readonly ImageFigures[];
  readonly alone: ImageFigures;
  readonly memory: readonly ContainerMemory[];
}

const mirrorHost = 'bench.example.test';

/** Measures, one thing after the other, until `signal` says that it is not wanted any more. */
export async function measureCluster(
  bench: BenchCluster,
  { waves, alone }: BenchSizes,
  tell: Progress,
  signal: AbortSignal,
): Promise<ClusterFigures> {
  const { cluster, push } = bench;
  // Every step begins with a line.
  const onProgress: Progress = (line) => {
    signal.throwIfAborted();
    tell(line);
  };
  const nodes = await cluster.nodes();
  onProgress('a mirror, and the first pull through it');
  await push('first/app:1', [10_000_000]);
  const began = performance.now();
  await applyMirror(bench);
  const mirrorReadyMs = performance.now() - began;
  const starts = await podWave(cluster, `${mirrorHost}/first/app:1`, nodes.slice(-1));
  const firstPullMs = starts.reduce((ms, { startMs }) => ms + startMs, mirrorReadyMs);

  const figures: ImageFigures[] = [];
  for (const image of waves) figures.push(await measureImage(bench, image, nodes, onProgress));
  const single = await measureImage(bench, alone, nodes.slice(-1), onProgress);
  return { mirrorReadyMs, firstPullMs, waves: figures, alone: single, memory: await containerMemory(cluster) };
}

/** One replica: with several, which of them a node comes to is chance, and so is what it has. */
async function applyMirror({ cluster, upstream }: BenchCluster): Promise<void> {
  const spec = { upstreamUrl: upstream.host, masqueradeUrl: mirrorHost, replicas: 1 };
  await cluster.apply({ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', metadata: { name: 'bench' }, spec });
  await cluster.kubectl(['wait', 'registrymirror/bench', '--for=condition=Ready', '--timeout=300s']);
}

/** Each round has an image of its own: the mirror has the one of the round before. */
async function measureImage(
  { cluster, upstream, push }: BenchCluster,
  image: BenchImage,
  nodes: readonly string[],
  onProgress: Progress,
): Promise<ImageFigures> {
  // The configuration and the layer with the program besides.
  const blobsOfImage = image.layers.length + 2;
  // Times of pulls that went another way than they should would say nothing.
  const wanted = { direct: nodes.length * blobsOfImage, cold: blobsOfImage, warm: 0 };
  const routes = { direct: noRoute, cold: noRoute, warm: noRoute };
  for (let round = 1; round <= image.rounds; round += 1) {
    const repository = `${image.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}/app`;
    const name = `${repository}:${round}`;
    onProgress(`${image.title}: making round ${round} of ${image.rounds}`);
    await push(name, image.layers);
    const add = async (route: keyof typeof routes, host: string): Promise<void> => {
      onProgress(`${image.title}: ${route}`);
      const before = (await upstream.requests()).length;
      const starts = await podWave(cluster, `${host}/${name}`, nodes);
      const asked = (await upstream.requests()).slice(before);
      const blobs = asked.filter((line) => line.startsWith(`GET /v2/${repository}/blobs/`)).length;
      if (blobs !== wanted[route]) {
        throw new Error(
          `${image.title}: ${route}: ${blobs} requests for blobs at the upstream instead of ${wanted[route]}`,
        );
      }
      const { starts: others, upstreamRequests } = routes[route];
      routes[route] = { starts: [...others, ...starts], upstreamRequests: upstreamRequests + blobs };
    };
    await add('direct', upstream.host);
    await add('cold', mirrorHost);
    await add('warm', mirrorHost);
  }
  return { image, ...routes };
}

const noRoute: Route = { starts: [], upstreamRequests: 0 };
