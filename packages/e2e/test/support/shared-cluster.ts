import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed, type Progress } from '@entrepot/control-plane';
import { ThrowawayAuthority, type ServingCertificate } from '@entrepot/testkit';
import type { TestProject } from 'vitest/node';
import { collectArtefacts } from '../../src/artefacts.ts';
import { Cluster, type ClusterAddress } from '../../src/cluster/cluster.ts';
import { useEngine } from '../../src/engine/find-engine.ts';
import { imageSource } from '../../src/image-source.ts';
import { installOperator } from '../../src/install-operator.ts';
import { nodeImage } from '../../src/node-image/node-image.ts';
import { productImages, type ProductImages } from '../../src/product-images/product-images.ts';
import { takeTurn } from './turn.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly cluster: ClusterAddress;
    readonly dockerHost: string;
    readonly images: ProductImages;
    /** A certificate for hosts below upstream.test, of an authority that mirrors trust. */
    readonly upstreamCertificate: ServingCertificate;
  }
}

const artefacts = fileURLToPath(new URL('../../.test-results/artefacts/set-up', import.meta.url));
const began = performance.now();
const onProgress: Progress = (line) => {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};

/** A cluster with the operator on it, for all test files of a run. What was started for it ends with the run, or when this fails. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  started.defer(await takeTurn());
  const { engine, origin, stop } = await useEngine();
  started.defer(stop);
  onProgress(`Docker engine: ${origin}`);
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));

  const source = imageSource();
  const image = await nodeImage(engine, source, onProgress);
  const images = await productImages(engine, source, onProgress);
  const cluster = await Cluster.up(engine, { name: 'entrepot-e2e', workers: 2, image, folder, onProgress });
  started.defer(() => timed(onProgress, 'cluster', 'taking it away', () => cluster.down()));
  await timed(onProgress, 'images', 'loading onto the nodes', () => cluster.load(Object.values(images)));
  const authority = await ThrowawayAuthority.create();
  const install = (): Promise<void> => installOperator(cluster, images, authority.caCertificate);
  await timed(onProgress, 'operator', 'entrepot manifests | kubectl apply', install).catch(async (error: unknown) => {
    await collectArtefacts(cluster, artefacts);
    onProgress(`what the cluster said when that failed: ${artefacts}`);
    throw error;
  });

  project.provide('cluster', cluster.address);
  project.provide('dockerHost', engine.host);
  project.provide('images', images);
  project.provide('upstreamCertificate', await authority.issue(['*.upstream.test']));
  const kept = started.move();
  return () => kept.disposeAsync();
}
