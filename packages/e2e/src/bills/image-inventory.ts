import type { DockerEngine } from '../engine/docker-engine.ts';

/** A Debian package of an image. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** What an image holds beside our own program, by what it says itself. */
export interface ImageInventory {
  readonly debian: readonly DebianPackage[];
  /** Node.js, without a `v` before its version. */
  readonly node: string;
  /** util-linux, of which the node agent's image has the program flock. */
  readonly utilLinux: string | undefined;
}

/** Starts the image's programs, without a network, to ask for their versions, and reads its record of Debian packages. */
export async function imageInventory(engine: DockerEngine, image: string): Promise<ImageInventory> {
  const output = (program: string, ...args: readonly string[]): Promise<string> =>
    engine.docker(['run', '--rm', '--network', 'none', '--read-only', '--entrypoint', program, image, ...args]);
  // A public base has a file for each package in `status.d`, others one file `status`.
  const record = await output('/nodejs/bin/node', '-e', readRecord);
  const flock = await output('/usr/bin/flock', '--version').catch(() => undefined);
  return {
    debian: debianPackages(record),
    node: (await output('/nodejs/bin/node', '--version')).trim().replace(/^v/, ''),
    utilLinux: flock?.match(/util-linux (\S+)/)?.[1],
  };
}

const readRecord = `
  const fs = require('node:fs');
  const folder = '/var/lib/dpkg/status.d';
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).map((file) => folder + '/' + file) : ['/var/lib/dpkg/status'];
  for (const file of files.filter((file) => !file.endsWith('.md5sums'))) console.log(fs.readFileSync(file, 'utf8') + '\\n');
`;

/** The packages in dpkg's record: paragraphs of `Name: value`. */
export function debianPackages(record: string): readonly DebianPackage[] {
  return record.split(/\n{2,}/).flatMap((paragraph) => {
    const field = (key: string): string | undefined => new RegExp(`^${key}: *(\\S+)`, 'm').exec(paragraph)?.[1];
    const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
    return name === undefined || version === undefined || architecture === undefined
      ? []
      : [{ name, version, architecture }];
  });
}
