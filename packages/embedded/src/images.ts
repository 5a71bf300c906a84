import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageProgram } from '@entrepot/testkit';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Images by the role they play; no registry is asked for them. */
export const images = {
  operator: 'local/operator:checkout',
  fetcher: 'local/mirror-fetcher:checkout',
  nodeAgent: 'local/node-agent:checkout',
  nginx: 'local/nginx:machine',
} as const;

/** The settings that make the operator name these images. */
export const imageSettings = {
  FETCHER_IMAGE: images.fetcher,
  NGINX_IMAGE: images.nginx,
  HOSTESS_DOCKER_REGISTRY: 'local',
  HOSTESS_DOCKER_IMAGE: 'node-agent',
  HOSTESS_DOCKER_TAG: 'checkout',
} as const;

/** The program that stands for each image: those of this checkout, and the machine's nginx. */
export function imagePrograms(nginx: string): Readonly<Record<string, ImageProgram>> {
  const ours = (bin: string): ImageProgram => ({
    entrypoint: [process.execPath, `${repository}packages/${bin}`],
    folders: [repository, dirname(dirname(process.execPath))],
  });
  return {
    [images.operator]: ours('operator/bin/entrepot.js'),
    [images.fetcher]: ours('mirror-fetcher/bin/entrepot-mirror-fetcher.js'),
    [images.nodeAgent]: ours('node-agent/bin/entrepot-node-agent.js'),
    [images.nginx]: { entrypoint: [nginx], programs: { nginx } },
  };
}

/** The command line of the checkout's `entrepot`. */
export const entrepot = [process.execPath, `${repository}packages/operator/bin/entrepot.js`] as const;
