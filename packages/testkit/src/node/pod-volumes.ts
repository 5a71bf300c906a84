import { access, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WaitingError } from '@entrepot/kube';
import { AtomicFolder } from './atomic-folder.ts';
import type { PodSources } from './pod-sources.ts';
import type { Container, Pod, TokenSource, Volume } from './pod.ts';
import type { Mount } from './sandbox.ts';
import { hasFiles, volumeFiles } from './volume-files.ts';

/** Where the different sorts of volumes lie on this machine. */
export interface VolumeFolders {
  /** Of this one pod; goes with it. */
  readonly pod: string;
  /** Claims' folders, `<namespace>/<name>`; stay when a pod goes. */
  readonly claims: string;
  /** Stands for the root of the node's file system: hostPath volumes lie below it. */
  readonly host: string;
}

/** The volumes of one pod as folders of this machine. */
export class PodVolumes {
  readonly #folders: VolumeFolders;
  readonly #token: (pod: Pod, source: TokenSource) => Promise<string>;
  readonly #atomic = new Map<string, AtomicFolder>();

  constructor(folders: VolumeFolders, token: (pod: Pod, source: TokenSource) => Promise<string>) {
    this.#folders = folders;
    this.#token = token;
  }

  /**
   * Makes all volumes exist and hold what their objects hold now.
   *
   * @throws WaitingError when an object or a host path is not there
   */
  async sync(pod: Pod, sources: PodSources): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      if (hasFiles(volume)) await this.#writeFiles(volume, pod, sources);
      else await this.#prepare(volume, this.#pathOf(volume, pod));
    }
  }

  /** What a container sees of them. Volumes made from objects are read-only, as in any cluster. */
  async mounts(pod: Pod, container: Container): Promise<readonly Mount[]> {
    const mounts: Mount[] = [];
    for (const { name, mountPath, subPath, readOnly } of container.volumeMounts ?? []) {
      const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
      if (volume === undefined) throw new Error(`there is no volume ${name}`);
      const source = join(this.#pathOf(volume, pod), subPath ?? '');
      if (subPath !== undefined && !hasFiles(volume)) await mkdir(source, { recursive: true });
      mounts.push({ source, target: mountPath, readOnly: readOnly === true || hasFiles(volume) });
    }
    return mounts;
  }

  async #writeFiles(volume: Volume, pod: Pod, sources: PodSources): Promise<void> {
    const files = await volumeFiles(volume, pod, sources, (source) => this.#token(pod, source));
    const folder = this.#atomic.get(volume.name) ?? new AtomicFolder(this.#pathOf(volume, pod));
    this.#atomic.set(volume.name, folder);
    await folder.write(files);
  }

  #pathOf({ name, hostPath, persistentVolumeClaim }: Volume, pod: Pod): string {
    if (hostPath !== undefined) return join(this.#folders.host, hostPath.path);
    if (persistentVolumeClaim === undefined) return join(this.#folders.pod, name);
    return join(this.#folders.claims, pod.metadata.namespace ?? '', persistentVolumeClaim.claimName);
  }

  async #prepare({ name, emptyDir, hostPath, persistentVolumeClaim }: Volume, path: string): Promise<void> {
    if (emptyDir !== undefined || persistentVolumeClaim !== undefined) await mkdir(path, { recursive: true });
    else if (hostPath !== undefined) await prepareHostPath(hostPath.type ?? '', path, hostPath.path);
    else throw new WaitingError('ContainerCreating', `volume ${name} is of a kind not known here`, 60_000);
  }
}

/** The types of hostPath, see https://kubernetes.io/docs/concepts/storage/volumes/#hostpath; none: a folder is made if nothing is there. */
async function prepareHostPath(type: string, path: string, nodePath: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere && (type === '' || type === 'DirectoryOrCreate')) await mkdir(path, { recursive: true });
  else if (!isThere && type === 'FileOrCreate') {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
  } else if (!isThere || (type === 'File' && !(await stat(path)).isFile())) {
    throw new WaitingError('ContainerCreating', `hostPath ${nodePath} is not a ${type} on this node`, 1_000);
  }
}
