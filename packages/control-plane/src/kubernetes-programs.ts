import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { builtPrograms, findBuiltPrograms } from './built-programs.ts';
import { downloadedPrograms } from './downloaded-programs.ts';
import { programNames, type ProgramName } from './program-names.ts';
import type { Progress } from './progress.ts';

/** Where each program is: an absolute path. */
export type KubernetesPrograms = Readonly<Record<ProgramName, string>>;

/** What the user says about where programs come from. */
export interface ProgramSources {
  /** `KUBEBUILDER_ASSETS`: a folder with etcd and kube-apiserver, and perhaps the others. */
  readonly assets?: string | undefined;
  /** `ENTREPOT_TOOLS`: `download` or `build` allow only this one way. Otherwise a download is tried, then they are built. */
  readonly tools?: string | undefined;
}

/**
 * Finds the programs: in KUBEBUILDER_ASSETS, else in the cache of earlier builds and downloads, else by a public
 * download, else by building them from Go modules. What KUBEBUILDER_ASSETS lacks (it usually has no
 * kube-controller-manager) comes by the other ways.
 */
export async function kubernetesPrograms(
  onProgress: Progress = () => {},
  sources: ProgramSources = { assets: process.env['KUBEBUILDER_ASSETS'], tools: process.env['ENTREPOT_TOOLS'] },
): Promise<KubernetesPrograms> {
  const given = sources.assets ? await programsIn(sources.assets) : new Map<ProgramName, string>();
  if (sources.assets && !(given.has('etcd') && given.has('kube-apiserver'))) {
    throw new Error(`KUBEBUILDER_ASSETS=${sources.assets} must be a folder with the programs etcd and kube-apiserver`);
  }
  const isComplete = programNames.every((name) => given.has(name));
  const folder = isComplete ? '' : await preparedFolder(sources.tools, onProgress);
  const path = (name: ProgramName): string => given.get(name) ?? join(folder, name);
  return {
    etcd: path('etcd'),
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    kubectl: path('kubectl'),
  };
}

async function programsIn(folder: string): Promise<ReadonlyMap<ProgramName, string>> {
  const found = new Map<ProgramName, string>();
  for (const name of programNames) {
    const path = join(folder, name);
    await access(path, constants.X_OK).then(
      () => found.set(name, path),
      () => {},
    );
  }
  return found;
}

async function preparedFolder(tools: string | undefined, onProgress: Progress): Promise<string> {
  if (tools === 'build') return builtPrograms(onProgress);
  if (tools === 'download') return downloadedPrograms(onProgress);
  const built = await findBuiltPrograms();
  if (built !== undefined) return built;
  try {
    return await downloadedPrograms(onProgress);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onProgress(`kubernetes: not downloaded (${reason}); building instead`);
    return builtPrograms(onProgress);
  }
}
