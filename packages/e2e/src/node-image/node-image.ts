import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Progress } from '@entrepot/control-plane';
import type { DockerEngine } from '../engine/docker-engine.ts';
import type { ImageSource } from '../image-source.ts';
import { preparedImage } from '../prepared-image.ts';
import { buildNodeImages, builtNodeImages, type NodeImages } from './built-node-image.ts';

/** The node image that kind v0.33.0 takes by default. */
const publicName = 'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5';

/** Node images for kind that have the packet guard at their entry. The public one stands for both: it has containerd 2. */
export async function nodeImages(engine: DockerEngine, source: ImageSource, onProgress: Progress): Promise<NodeImages> {
  const built = await builtNodeImages();
  const wanted = {
    title: 'node image',
    publicName,
    // Of the two, the one that is made last.
    builtName: built.containerd2,
    build: () => buildNodeImages(engine, built, onProgress),
  };
  const image = await preparedImage(engine, await possible(source), wanted, onProgress);
  if (image !== publicName) return built;
  const guardedImage = await guarded(engine);
  return { containerd1: guardedImage, containerd2: guardedImage };
}

/** The kubelet of Kubernetes 1.35 and later, which the public image has, refuses cgroup v1. */
async function possible(source: ImageSource): Promise<ImageSource> {
  if (source !== 'auto') return source;
  return access('/sys/fs/cgroup/cgroup.controllers').then(
    () => 'auto',
    () => 'built',
  );
}

async function guarded(engine: DockerEngine): Promise<string> {
  const image = 'entrepot.test/guarded-node';
  const context = fileURLToPath(new URL('../../node-image', import.meta.url));
  const base = ['--build-arg', `BASE=${publicName}`];
  const file = ['--file', `${context}/guarded.Dockerfile`];
  await engine.docker(['build', '--quiet', '--tag', image, ...file, ...base, context]);
  return image;
}
