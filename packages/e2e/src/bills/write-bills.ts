import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { products, type Product } from '../product-images/image-context.ts';
import {
  billOfMaterials,
  debianComponent,
  genericComponent,
  imageComponent,
  npmComponent,
} from './bill-of-materials.ts';
import { bundledPackages } from './bundled-packages.ts';
import { imageInventory, type ImageInventory } from './image-inventory.ts';
import { LockFile } from './lock-file.ts';

const manifestSchema = z.object({ private: z.boolean().default(false) });

/** Where bills of materials are written, and of what. */
export interface BillsOptions {
  readonly repository: string;
  readonly folder: string;
  readonly engine: DockerEngine;
  readonly imageOf: (product: Product) => Promise<string>;
}

/**
 * Writes `<name>.cdx.json` for each npm package that is published and for each image.
 *
 * @returns the files
 */
export async function writeBills({ repository, folder, engine, imageOf }: BillsOptions): Promise<readonly string[]> {
  const lock = new LockFile(await readFile(join(repository, 'package-lock.json'), 'utf8'));
  await mkdir(folder, { recursive: true });
  const write = async (name: string, bill: object): Promise<string> => {
    const file = join(folder, `${name}.cdx.json`);
    await writeFile(file, `${JSON.stringify(bill, undefined, 2)}\n`);
    return file;
  };
  const files: string[] = [];
  for (const name of await publishedPackages(repository)) {
    const product = products.find((known) => known === name);
    const bundled = product === undefined ? [] : await bundledPackages(product, repository);
    files.push(await write(`npm-${name}`, packageBill(lock, `packages/${name}`, bundled)));
  }
  for (const product of products) {
    const image = await imageOf(product);
    const bundled = await bundledPackages(product, repository);
    files.push(await write(`image-${product}`, imageBill(lock, image, bundled, await imageInventory(engine, image))));
  }
  return files;
}

async function publishedPackages(repository: string): Promise<readonly string[]> {
  const published: string[] = [];
  for (const name of (await readdir(join(repository, 'packages'))).sort()) {
    const manifest: unknown = JSON.parse(await readFile(join(repository, 'packages', name, 'package.json'), 'utf8'));
    if (!manifestSchema.parse(manifest).private) published.push(name);
  }
  return published;
}

/**
 * What `npm install` of a package of this repository brings: packages beside it, and code of others within it.
 *
 * @param bundled folders of packages
 */
export function packageBill(lock: LockFile, folder: string, bundled: readonly string[] = []): object {
  const folders = new Set([...lock.dependenciesOf(folder), ...bundled]);
  folders.delete(folder);
  const components = [...folders].sort().map((path) => npmComponent(lock.packageAt(path)));
  return billOfMaterials(npmComponent(lock.packageAt(folder)), components);
}

/** @param image `repository:version`, as in `ghcr.io/entrepot/operator:0.1.0` */
export function imageBill(
  lock: LockFile,
  image: string,
  bundled: readonly string[],
  { debian, node, utilLinux }: ImageInventory,
): object {
  const [, repository = '', version = ''] = /^(.+):([^:/]+)$/.exec(image) ?? [];
  return billOfMaterials(imageComponent(repository, version), [
    ...bundled.map((folder) => npmComponent(lock.packageAt(folder))),
    genericComponent('nodejs', node),
    ...(utilLinux === undefined ? [] : [genericComponent('util-linux', utilLinux)]),
    ...debian.map(debianComponent),
  ]);
}
