import { podField } from './pod-field.ts';
import { missingSource, type PodSources } from './pod-sources.ts';
import type { FileSelection, Pod, ProjectedSource, TokenSource, Volume } from './pod.ts';

/** One file of a volume that is made from objects. */
export interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** Paths inside the volume and what they hold. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

const usualMode = 0o644;

/** Whether a volume's files are made from objects; the others are folders that containers write to. */
export function hasFiles(volume: Volume): boolean {
  return [volume.secret, volume.configMap, volume.projected, volume.downwardAPI].some((source) => source !== undefined);
}

/**
 * The files of a Secret, ConfigMap, downward API or projected volume, as the API describes them.
 *
 * @throws WaitingError for a Secret, ConfigMap or key that is not there and not optional
 */
export async function volumeFiles(
  volume: Volume,
  pod: Pod,
  sources: PodSources,
  token: (source: TokenSource) => Promise<string>,
): Promise<VolumeFiles> {
  const { secret, configMap, downwardAPI, projected } = volume;
  const parts: readonly ProjectedSource[] = projected?.sources ?? [
    {
      ...(secret !== undefined && { secret: { ...secret, name: secret.secretName } }),
      ...(configMap !== undefined && { configMap }),
      ...(downwardAPI !== undefined && { downwardAPI }),
    },
  ];
  const defaultMode = (projected ?? secret ?? configMap ?? downwardAPI)?.defaultMode ?? usualMode;
  const files = new Map<string, VolumeFile>();
  for (const part of parts) {
    for (const [path, file] of await sourceFiles(part, defaultMode, pod, sources, token)) files.set(path, file);
  }
  return files;
}

async function sourceFiles(
  part: ProjectedSource,
  mode: number,
  pod: Pod,
  sources: PodSources,
  token: (source: TokenSource) => Promise<string>,
): Promise<[string, VolumeFile][]> {
  const files: [string, VolumeFile][] = [];
  if (part.secret !== undefined) files.push(...selected('Secret', part.secret, mode, sources));
  if (part.configMap !== undefined) files.push(...selected('ConfigMap', part.configMap, mode, sources));
  for (const { path, fieldRef } of part.downwardAPI?.items ?? []) {
    files.push([path, { content: Buffer.from(podField(pod, fieldRef.fieldPath)), mode }]);
  }
  if (part.serviceAccountToken !== undefined) {
    files.push([part.serviceAccountToken.path, { content: Buffer.from(await token(part.serviceAccountToken)), mode }]);
  }
  return files;
}

function selected(
  kind: 'Secret' | 'ConfigMap',
  selection: FileSelection & { readonly name: string },
  defaultMode: number,
  sources: PodSources,
): [string, VolumeFile][] {
  const { name, items, optional } = selection;
  const content = sources.content(kind, name);
  if (content === undefined) {
    if (optional === true) return [];
    throw missingSource(kind, name);
  }
  if (items === undefined) return [...content].map(([key, bytes]) => [key, { content: bytes, mode: defaultMode }]);
  return items.flatMap(({ key, path, mode = defaultMode }): [string, VolumeFile][] => {
    const bytes = content.get(key);
    if (bytes !== undefined) return [[path, { content: bytes, mode }]];
    if (optional === true) return [];
    throw missingSource(kind, name, key);
  });
}
