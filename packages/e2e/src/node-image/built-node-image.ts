import { createHash } from 'node:crypto';
import { cp, glob, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtVersion, timed, type Progress } from '@entrepot/control-plane';
import { debianRoot, type DebianRoot } from '../debian-root.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { importComponentImages } from './component-images.ts';
import { nodePrograms, type NodePrograms } from './node-programs.ts';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** What a node runs on. Bookworm: later releases' systemd knows no cgroup v1, which many build machines still have. */
const nodeRoot: DebianRoot = {
  name: 'debian-node',
  suite: 'bookworm',
  variant: 'minbase',
  // A line each: the system, the container runtime, networks.
  packages: (
    'systemd-sysv kmod mount procps util-linux ca-certificates curl ' +
    'containerd runc containernetworking-plugins ' +
    'iproute2 iptables conntrack ethtool socat ebtables'
  ).split(' '),
};

/** What kube-proxy runs on. */
const packetFilterRoot: DebianRoot = {
  name: 'debian-packet-filter',
  suite: 'bookworm',
  variant: 'extract',
  packages: ['iptables', 'conntrack'],
  // Nothing is configured in such a root, so the names of the alternatives are missing.
  hooks: [
    'for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do ln -sf xtables-nft-multi "$1/usr/sbin/$name"; done',
  ],
};

/** Images for nodes, by the major version of their containerd: Debian's own is of 2023. */
export interface NodeImages {
  readonly containerd1: string;
  readonly containerd2: string;
}

const repositories = {
  containerd1: 'entrepot.test/node',
  containerd2: 'entrepot.test/node-containerd-2',
} as const;

/** The names of the images that {@link buildNodeImages} makes: others whenever something that goes into one of them changes. */
export async function builtNodeImages(): Promise<NodeImages> {
  const hash = createHash('sha256').update(JSON.stringify([nodeRoot, packetFilterRoot]));
  const files = await Array.fromAsync(glob('{node-image/**,go/*/*.{go,mod,sum}}', { cwd: packageFolder }));
  for (const file of files.sort()) {
    const content = await readFile(join(packageFolder, file)).catch(() => '');
    hash.update(`\n${file}\n`).update(content);
  }
  const tag = `${builtVersion}-${hash.digest('hex').slice(0, 12)}`;
  return { containerd1: `${repositories.containerd1}:${tag}`, containerd2: `${repositories.containerd2}:${tag}` };
}

/** Assembles the images in the engine, from Go modules and Debian packages. Minutes when nothing of them is cached. */
export async function buildNodeImages(engine: DockerEngine, images: NodeImages, onProgress: Progress): Promise<void> {
  const [programs, node, packetFilter] = await Promise.all([
    nodePrograms(onProgress),
    debianRoot(nodeRoot, onProgress),
    debianRoot(packetFilterRoot, onProgress),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'node-image-'));
  try {
    await timed(onProgress, 'node images', 'assembling', async () => {
      await saveComponentImages(engine, programs, packetFilter, folder);
      await dockerBuild(engine, images, programs, node, folder);
      // One former image is kept, for going back and forth between two checkouts.
      for (const repository of Object.values(repositories)) {
        await engine.removeImages((await engine.imagesOf(repository)).slice(2));
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function saveComponentImages(
  engine: DockerEngine,
  programs: NodePrograms,
  packetFilter: string,
  folder: string,
): Promise<void> {
  const images = await importComponentImages(engine, programs, packetFilter);
  await mkdir(join(folder, 'context/images'), { recursive: true });
  await engine.docker(['save', '-o', join(folder, 'context/images/every-node.tar'), ...images.everyNode]);
  await engine.docker(['save', '-o', join(folder, 'context/images/control-plane.tar'), ...images.controlPlane]);
  await engine.removeImages([...images.everyNode, ...images.controlPlane]);
}

async function dockerBuild(
  engine: DockerEngine,
  images: NodeImages,
  { controlPlane, node, containerd }: NodePrograms,
  root: string,
  folder: string,
): Promise<void> {
  const context = join(folder, 'context');
  const programs = { [controlPlane]: 'programs', [node]: 'programs', [containerd]: 'containerd-2/usr/bin' };
  for (const [from, to] of Object.entries(programs)) {
    await cp(from, join(context, to), { recursive: true, verbatimSymlinks: true });
  }
  await cp(join(packageFolder, 'node-image'), context, { recursive: true });
  const base = 'entrepot.test/debian-node';
  await engine.docker(['import', root, base]);
  const variables = { BASE: base, KUBERNETES_VERSION: builtVersion };
  const build = Object.entries(variables).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const targets = { 'containerd-1': images.containerd1, 'containerd-2': images.containerd2 };
  for (const [target, image] of Object.entries(targets)) {
    await engine.docker(['build', '--quiet', '--target', target, '--tag', image, ...build, context]);
  }
}
