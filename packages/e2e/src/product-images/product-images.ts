import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed, type Progress } from '@entrepot/control-plane';
import { z } from 'zod';
import type { DockerEngine } from '../engine/docker-engine.ts';
import type { ImageSource } from '../image-source.ts';
import { runProgram } from '../run-program.ts';
import { baseImages } from './base-images.ts';
import { fillContext, products, type Product } from './image-context.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));

/** The images of an installation, by name. Ours have the names that `entrepot manifests` gives them. */
export type ProductImages = Readonly<Record<Product | 'nginx', string>>;

/** Builds our images into the engine, from built packages, and sees to it that nginx's is there. */
export async function productImages(
  engine: DockerEngine,
  origin: ImageSource,
  onProgress: Progress,
): Promise<ProductImages> {
  const { node, tools, nginx } = await baseImages(engine, origin, onProgress);
  const source = await sourceOfImages();
  const built = async (product: Product): Promise<string> => {
    const image = await imageName(product);
    const variables = {
      BASE: node,
      ...(product === 'node-agent' && { TOOLS: tools }),
      VERSION: await versionOf(product),
      REVISION: source.revision,
      CREATED: source.created,
    };
    await timed(onProgress, 'images', image, () => buildImage(engine, product, image, variables));
    return image;
  };
  const [operator, fetcher, agent] = [
    await built('operator'),
    await built('mirror-fetcher'),
    await built('node-agent'),
  ];
  return { operator, 'mirror-fetcher': fetcher, 'node-agent': agent, nginx };
}

/** The name that an image of ours has everywhere, with the version of its package. */
export async function imageName(product: Product): Promise<string> {
  return `ghcr.io/entrepot/${product}:${await versionOf(product)}`;
}

/** A line for each image: its name and the size of its layers. */
export async function imageSizes(engine: DockerEngine, images: ProductImages): Promise<readonly string[]> {
  const line = async (image: string): Promise<string> =>
    `${image.padEnd(60)} ${((await engine.imageSize(image)) / 1e6).toFixed(1)} MB`;
  return Promise.all([...products, 'nginx' as const].map((name) => line(images[name])));
}

async function buildImage(
  engine: DockerEngine,
  product: Product,
  image: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'image-'));
  try {
    await fillContext(product, context);
    const file = join(repository, 'images', product, 'Dockerfile');
    const values = Object.entries(variables).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    await engine.build(image, ['--file', file, ...values, context]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** The commit that is built and its time, which do not change when it is built again. */
async function sourceOfImages(): Promise<{ readonly revision: string; readonly created: string }> {
  const asked = await runProgram('git', ['-C', repository, 'show', '-s', '--format=%H %cI', 'HEAD']).catch(() => '');
  const [revision = 'unknown', created = ''] = asked.trim().split(' ').filter(Boolean);
  return { revision, created };
}

const manifest = z.object({ version: z.string() });

async function versionOf(product: Product): Promise<string> {
  return manifest.parse(JSON.parse(await readFile(join(repository, 'packages', product, 'package.json'), 'utf8')))
    .version;
}
