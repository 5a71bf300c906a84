import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { registryPrograms } from '@entrepot/testkit';
import { z } from 'zod';
import { LocalMirror } from '../local-mirror.ts';
import { LocalProcess } from '../local-process.ts';
import type { Memory } from '../process-usage.ts';
import type { Progress } from '../progress.ts';

/** One image, pulled three times. */
export interface ColdPullRound {
  /** From the upstream itself, through a mirror that has nothing of it, and through the same mirror again. */
  readonly directMs: number;
  readonly coldMs: number;
  readonly warmMs: number;
  /** What the fetcher computed for the cold pull. */
  readonly fetcherCpuSeconds: number;
}

export interface ColdPulls {
  readonly rounds: readonly ColdPullRound[];
  /** The fetcher's, after all rounds. */
  readonly fetcherMemory: Memory;
}

/** A node's container runtime gets so many layers at the same time. */
const layers = 3;
const repository = 'bench/app';
const run = promisify(execFile);

/** Pulls images of random bytes, a new one each round. */
export async function measureColdPulls(megabytes: number, rounds: number, progress: Progress): Promise<ColdPulls> {
  const { crane, registry } = await registryPrograms(progress);
  const folder = await mkdtemp(join(tmpdir(), 'entrepot-bench-'));
  await using started = new AsyncDisposableStack();
  started.defer(() => rm(folder, { recursive: true }));
  let host = '';
  const upstream = await LocalProcess.start(
    [registry, '--listen', '127.0.0.1:0', '--root', join(folder, 'upstream')],
    folder,
    join(folder, 'upstream.log'),
    (log) => (host = /listening on (\S+)/.exec(log)?.[1] ?? '') !== '',
  );
  started.defer(() => upstream.stop());
  const root = join(folder, 'mirror');
  await mkdir(root);
  const mirror = started.use(await LocalMirror.start(root, host));
  const results: ColdPullRound[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`cold-pull: round ${round} of ${rounds}`);
    const digests = await push(crane, folder, host, (megabytes * 1e6) / layers);
    const directMs = await pull(crane, host, digests);
    const before = await mirror.fetcherCpuSeconds();
    const coldMs = await pull(crane, mirror.host, digests, mirror.caFile);
    const fetcherCpuSeconds = (await mirror.fetcherCpuSeconds()) - before;
    const warmMs = await pull(crane, mirror.host, digests, mirror.caFile);
    results.push({ directMs, coldMs, warmMs, fetcherCpuSeconds });
  }
  return { rounds: results, fetcherMemory: await mirror.fetcherMemory() };
}

const manifestShape = z.object({ layers: z.array(z.object({ digest: z.string() })) });

/** Puts an image of new bytes into the registry. Resolves with its layers' digests. */
async function push(crane: string, folder: string, host: string, layerBytes: number): Promise<readonly string[]> {
  const image = `${host}/${repository}:latest`;
  const files: string[] = [];
  for (let layer = 1; layer <= layers; layer += 1) {
    const name = `layer-${layer}`;
    await writeFile(join(folder, name), randomBytes(layerBytes));
    await run('tar', ['-C', folder, '-cf', join(folder, `${name}.tar`), name]);
    files.push('--new_layer', join(folder, `${name}.tar`));
  }
  await run(crane, ['append', ...files, '--new_tag', image]);
  const { stdout } = await run(crane, ['manifest', image]);
  return manifestShape.parse(JSON.parse(stdout)).layers.map(({ digest }) => digest);
}

/** How long a client takes to get all the blobs at the same time, each verified; they are written nowhere. */
async function pull(crane: string, host: string, digests: readonly string[], caFile?: string): Promise<number> {
  const env = { ...process.env, ...(caFile === undefined ? {} : { SSL_CERT_FILE: caFile }) };
  const startedAt = performance.now();
  await Promise.all(
    digests.map(async (digest) => {
      const child = spawn(crane, ['blob', `${host}/${repository}@${digest}`], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await once(child, 'exit');
      if (child.exitCode !== 0) throw new Error(`the pull of ${digest} from ${host} failed`);
    }),
  );
  return performance.now() - startedAt;
}
