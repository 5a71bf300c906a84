import { readFile, rename, rm, writeFile } from 'node:fs/promises';

/** What the operator last wrote of the map, kept where `--map-check` finds it. */
export interface MapState {
  readonly configMap: { readonly namespace: string; readonly name: string };
  readonly key: string;
  /** Whole lines that the map must hold, one after the other. */
  readonly block: string;
}

/** Where mirror-operator keeps its own, too; a container has it for as long as it lives. */
export const defaultMapStateFile = '/var/run/imageswap_configmap_version';

const heading = /^entrepot wrote (?<namespace>[-\w.]+)\/(?<name>[-\w.]+) (?<key>[-\w.]+)\n/;

/** Replaces the state in one step: who reads it finds the former or this one. */
export async function writeMapState(file: string, { configMap, key, block }: MapState): Promise<void> {
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, `entrepot wrote ${configMap.namespace}/${configMap.name} ${key}\n${block}`);
  await rename(aside, file);
}

/** @returns undefined when nothing was written yet: no file, or one of mirror-operator */
export async function readMapState(file: string): Promise<MapState | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const [line = '', namespace = '', name = '', key = ''] = heading.exec(text) ?? [];
  return line === '' ? undefined : { configMap: { namespace, name }, key, block: text.slice(line.length) };
}

/** Nothing was written yet. */
export async function removeMapState(file: string): Promise<void> {
  await rm(file, { force: true });
}
