import { createHash } from 'node:crypto';
import type { Progress } from '@entrepot/control-plane';
import { debianRoot, type DebianRoot } from '../debian-root.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { importImage } from '../engine/import-image.ts';
import type { ImageSource } from '../image-source.ts';
import { preparedImage } from '../prepared-image.ts';

/** An image that one of our pods' containers starts from. */
interface BaseImage {
  readonly publicName: string;
  /** The libraries and programs of the one built here. It has no shell. */
  readonly root: DebianRoot;
  /** Files and folders of this machine, and where they lie in the one built here. */
  readonly content: Readonly<Record<string, string>>;
  /** The signal that the public one is stopped by, where it is not SIGTERM. */
  readonly stopSignal?: string;
}

// Where nothing is installed but only unpacked, dpkg keeps no record; scanners and our bills of materials read it.
const recordPackages = `for package in "$1"/var/cache/apt/archives/*.deb; do
  dpkg-deb --field "$package" && echo 'Status: install ok installed' && echo
done >"$1"/var/lib/dpkg/status`;
// Node.js converts texts by itself; the rest helps debuggers.
const removeUnused = 'rm -r "$1"/usr/lib/*/gconv "$1"/usr/share/gcc "$1"/usr/share/gdb';

/** Node.js at /nodejs/bin/node: what our own images start from. */
const node: BaseImage = {
  publicName: 'gcr.io/distroless/nodejs24-debian12',
  root: {
    name: 'debian-node-js',
    suite: 'bookworm',
    variant: 'extract',
    packages: ['libstdc++6'],
    hooks: [recordPackages, removeUnused],
  },
  content: { [process.execPath]: 'nodejs/bin/node' },
};

/** nginx: the one image of a mirror's pod that is not ours. Debian's next release has the version that ours is made for. */
const nginx: BaseImage = {
  publicName: 'docker.io/nginx:1.30.6-alpine',
  root: { name: 'debian-nginx', suite: 'forky', variant: 'extract', packages: ['base-files', 'nginx'] },
  content: {},
  stopSignal: 'SIGQUIT',
};

/** flock, which the node agent needs. */
const tools: BaseImage = {
  publicName: 'docker.io/debian:bookworm-slim',
  root: { name: 'debian-tools', suite: 'bookworm', variant: 'extract', packages: ['util-linux'] },
  content: {},
};

/** The names of these images in the engine. */
export interface BaseImages {
  readonly node: string;
  readonly tools: string;
  readonly nginx: string;
}

/** The images that ours start from and run beside, by the first way that leads to them. */
export async function baseImages(engine: DockerEngine, source: ImageSource, onProgress: Progress): Promise<BaseImages> {
  const prepare = (image: BaseImage): Promise<string> => prepared(engine, source, image, onProgress);
  return { node: await prepare(node), tools: await prepare(tools), nginx: await prepare(nginx) };
}

function prepared(
  engine: DockerEngine,
  source: ImageSource,
  { publicName, root, content, stopSignal }: BaseImage,
  onProgress: Progress,
): Promise<string> {
  const path = 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin';
  const changes = stopSignal === undefined ? [path] : [path, `STOPSIGNAL ${stopSignal}`];
  // Where the files lie on this machine makes no difference: each checkout has a Node.js of its own.
  const files = Object.values(content);
  const key = createHash('sha256').update(JSON.stringify([root, files, changes, process.version]));
  const builtName = `entrepot.test/${root.name}:${key.digest('hex').slice(0, 12)}`;
  const build = async (): Promise<void> => {
    const archive = await debianRoot(root, onProgress);
    await importImage(engine, { names: [builtName], root: archive, content, changes });
  };
  return preparedImage(engine, source, { title: root.name, publicName, builtName, build }, onProgress);
}
