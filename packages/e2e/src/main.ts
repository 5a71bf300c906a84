import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolsFolder, type Progress } from '@entrepot/control-plane';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runBench } from './bench/run-bench.ts';
import { writeBills } from './bills/write-bills.ts';
import { Cluster } from './cluster/cluster.ts';
import { ipFamilies, type IpFamily } from './cluster/kind-config.ts';
import { findEngine, useEngine } from './engine/find-engine.ts';
import { ownEngine, stopOwnEngine } from './engine/own-engine.ts';
import { imageSource } from './image-source.ts';
import { nodeImages } from './node-image/node-image.ts';
import { fillContext, products } from './product-images/image-context.ts';
import { pinDigests } from './product-images/pin-digests.ts';
import { imageName, imageSizes, productImages } from './product-images/product-images.ts';
import { runTests } from './test-bed/run-tests.ts';
import { untilInterrupted } from './until-interrupted.ts';

const began = performance.now();
const onProgress: Progress = (line) => {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
};
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const clusterName = 'entrepot';
const folder = join(dirname(toolsFolder()), 'cluster');
const address = { name: clusterName, kubeconfig: join(folder, 'kubeconfig') };

const program = new Command('cluster').description(
  'Real clusters for tests and for looking around. What images come from is said by ENTREPOT_IMAGES: auto, public, built.',
);
program.enablePositionalOptions();

program
  .command('images')
  .description('build the images of operator, node agent and fetcher, and print all sizes')
  .action(async () => {
    const { engine } = await useEngine(onProgress);
    const images = await productImages(engine, imageSource(), onProgress);
    process.stdout.write(`${(await imageSizes(engine, images)).join('\n')}\n`);
  });

program
  .command('contexts <folder>')
  .description(
    'write what goes into each image, from built packages: a folder for `docker buildx build` for each Dockerfile',
  )
  .action(async (target: string) => {
    for (const product of products) await fillContext(product, join(target, product));
  });

program
  .command('sbom')
  .description('write bills of materials (CycloneDX) of the npm packages and of the images')
  .option('--folder <folder>', 'where to', join(repository, 'sbom'))
  .option('--no-build', 'of images that the engine has by now, instead of building them')
  .action(async ({ folder: target, build }: { folder: string; build: boolean }) => {
    const { engine } = await useEngine(onProgress);
    if (build) await productImages(engine, imageSource(), onProgress);
    const files = await writeBills({ repository, folder: target, engine, imageOf: imageName });
    process.stdout.write(`${files.join('\n')}\n`);
  });

program
  .command('pin <values> <image...>')
  .description('write digests of images into the values.yaml of a chart; images as repository@sha256:…')
  .action(async (values: string, images: readonly string[]) => {
    await writeFile(values, pinDigests(await readFile(values, 'utf8'), images));
  });

program
  .command('test')
  .description('run the tests on a cluster that is made for them and taken away afterwards')
  .argument('[arguments...]', 'for vitest: files, options')
  .helpOption(false)
  .passThroughOptions()
  .allowUnknownOption()
  .action(async (args: readonly string[]) => {
    const signal = untilInterrupted(onProgress);
    const isPassed = await runTests(args, onProgress, signal).catch((error: unknown) => {
      if (signal.aborted) return false;
      throw error;
    });
    process.exitCode = isPassed ? 0 : 1;
  });

program
  .command('bench')
  .description('measure pulls on a cluster of its own: pod starts, direct and through a mirror; memory of containers')
  .option('--quick', 'small sizes: to see that it works', false)
  .action(async ({ quick }: { quick: boolean }) => {
    const signal = untilInterrupted(onProgress);
    const report = await runBench(quick, onProgress, signal).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (report === undefined) process.exitCode = 1;
    else process.stdout.write(report);
  });

program
  .command('up')
  .description(
    'start a kind cluster in place of the one that this has started before, and an engine when none answers; print how to use them',
  )
  .option('--workers <number>', 'nodes beside the one of the control plane', workersIn, 2)
  .addOption(new Option('--ip-family <family>', 'default: dual where the engine can').choices(ipFamilies))
  .action(async ({ workers, ipFamily }: { workers: number; ipFamily?: IpFamily }) => {
    const { engine } = await useEngine(onProgress);
    const images = await nodeImages(engine, imageSource(), onProgress);
    await mkdir(folder, { recursive: true });
    const options = { name: clusterName, images, workers, ipFamily, folder, onProgress };
    const signal = untilInterrupted(onProgress);
    try {
      await Cluster.up(engine, options);
      signal.throwIfAborted();
    } catch (error) {
      await (await Cluster.at(address, engine, onProgress)).down();
      if (!signal.aborted) throw error;
      process.exitCode = 1;
      return;
    }
    process.stdout.write(`export KUBECONFIG=${address.kubeconfig} DOCKER_HOST=${engine.host}\n`);
  });

program
  .command('down')
  .description('take the cluster away, and the engine if it is our own and has nothing else to do')
  .action(async () => {
    const engine = await findEngine();
    if (engine === undefined) return onProgress('no Docker engine answers, so there is no cluster');
    await (await Cluster.at(address, engine, onProgress)).down();
    if (engine !== ownEngine) return;
    if (await engine.isBusy()) return onProgress(`the engine at ${engine.host} goes on: containers of others run`);
    await stopOwnEngine();
  });

await program.parseAsync();

/** @throws InvalidArgumentError, whose words commander prints */
function workersIn(text: string): number {
  if (/^[0-9]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a number from 0 to 9.');
}
