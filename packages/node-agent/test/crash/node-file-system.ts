import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

export type FileSystem = 'ext4' | 'overlay';

/** Magic numbers of statfs(2). */
const magic = { 0xef53: 'ext4', 0x794c7630: 'overlay' } as const;

/**
 * A folder on a file system of this kind, made below `folder` where it must be. Runs in a mount namespace of its own, which
 * takes the mounts away with it.
 *
 * @throws when a tool is missing or mounting is not allowed: then nothing would be shown
 */
export function folderOn(kind: FileSystem, folder: string): string {
  const disk = fileSystemOf(folder) === 'ext4' ? folder : mountedImage(folder);
  const made = kind === 'ext4' ? disk : mountedOverlay(disk);
  const found = fileSystemOf(made);
  if (found !== kind) throw new Error(`${made} is on ${found}, not on ${kind}`);
  return made;
}

function mountedImage(folder: string): string {
  const [image, disk] = [join(folder, 'disk.img'), join(folder, 'disk')];
  mkdirSync(disk);
  execFileSync('truncate', ['-s', '64M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  execFileSync('mount', ['-o', 'loop', image, disk]);
  return disk;
}

function mountedOverlay(disk: string): string {
  const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => join(disk, name));
  for (const path of [lower, upper, work, merged]) mkdirSync(path ?? '');
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  execFileSync('mount', ['-t', 'overlay', '-o', layers, 'overlay', merged ?? '']);
  return merged ?? '';
}

function fileSystemOf(path: string): string {
  const { type } = statfsSync(path);
  return Object.entries(magic).find(([number]) => Number(number) === type)?.[1] ?? `0x${type.toString(16)}`;
}
