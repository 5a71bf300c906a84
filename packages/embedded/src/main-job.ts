import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubernetesPrograms, poll, startControlPlane, Watchdog } from '@entrepot/control-plane';
import { KubeClient, loadConnection } from '@entrepot/kube';
import { registryPrograms, startNode } from '@entrepot/testkit';
import { appliedObjects, kubectlApply, operatorManifests, readyCondition } from './cluster.ts';
import { imagePrograms } from './images.ts';
import type { Surroundings } from './looking-around.ts';
import { mirrorHost, mirrorManifest } from './mirror-manifest.ts';
import { pull, type Pull } from './node-pull.ts';
import type { Options } from './options.ts';
import { podTroubles } from './pod-troubles.ts';
import type { Findings, PullRow } from './report.ts';
import type { Stage } from './stage.ts';
import { realUpstream, startUpstream, type Upstream } from './upstream.ts';

/** The node's hosts file before any mirror. */
export const hostsFile = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n';

export interface MainJob {
  readonly findings: Findings;
  readonly surroundings: Surroundings;
}

/**
 * The main job, step by step. What is started here is taken down by the stage's end.
 *
 * @param directory an empty folder for everything that is written; it goes at the end
 */
export async function runMainJob(stage: Stage, directory: string, nginx: string, options: Options): Promise<MainJob> {
  const watchdog = new Watchdog(directory);
  stage.atEnd(() => watchdog.end());
  const hostRoot = join(directory, 'host');
  await mkdir(join(hostRoot, 'etc'), { recursive: true });
  await writeFile(join(hostRoot, 'etc/hosts'), hostsFile);
  const { crane, registry } = await registryPrograms();
  const { kubectl } = await kubernetesPrograms();

  const plane = await stage.step('etcd, kube-apiserver, kube-controller-manager', () => startControlPlane());
  stage.atEnd(() => plane.stop());
  const client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
  stage.atEnd(() => client.close());
  const nodeDirectory = join(directory, 'node');
  const events: string[] = [];
  const node = await stage.step('a node that runs pods as processes', () =>
    startNode({
      client,
      apiServer: plane.server,
      directory: nodeDirectory,
      hostRoot,
      images: imagePrograms(nginx),
      onEvent: ({ pod, message }) => events.push(pod === undefined ? message : `${pod}: ${message}`),
    }),
  );
  stage.atEnd(() => node.stop());
  const upstream =
    options.upstream === undefined
      ? await stage.step('an upstream registry with an image', () =>
          startUpstream({ crane, registry }, join(directory, 'upstream'), options.image, watchdog),
        )
      : realUpstream(options.upstream, nodeDirectory);
  stage.atEnd(() => upstream.stop());

  await stage.step('entrepot manifests | kubectl apply -f -', async () =>
    kubectlApply(plane, await operatorManifests()),
  );
  await stage.step('kubectl apply -f mirror.yaml, until Ready', async () => {
    await kubectlApply(plane, mirrorManifest(upstream));
    await untilReady(client, () => podTroubles(nodeDirectory, events));
  });
  const pulls = await pullThrice(stage, upstream, (name) =>
    pull({ crane, image: `${mirrorHost}/${options.image}`, hostRoot, file: join(directory, `${name}.tar`) }),
  );
  const hosts = await readFile(join(hostRoot, 'etc/hosts'), 'utf8');
  return {
    findings: {
      pulls,
      objects: await appliedObjects(client),
      hostsLine: hosts.split('\n').find((line) => line.endsWith(`\t${mirrorHost}`)) ?? 'none',
    },
    surroundings: { kubectl, kubeconfig: plane.kubeconfig, directory, hostRoot, crane, image: options.image },
  };
}

async function untilReady(client: KubeClient, troubles: () => Promise<string>): Promise<void> {
  let last = 'the operator has not said anything';
  const isReady = async (): Promise<boolean> => {
    const ready = await readyCondition(client);
    last = ready?.message ?? last;
    return ready?.status === 'True';
  };
  await poll('the mirror is Ready', isReady, { deadlineMs: 90_000 }).catch(async (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}; last it said: ${last}\n${await troubles()}`, { cause: error });
  });
}

async function pullThrice(
  stage: Stage,
  upstream: Upstream,
  pullTo: (name: string) => Promise<Pull>,
): Promise<readonly PullRow[]> {
  const row = async (title: string, name: string): Promise<PullRow> => {
    const before = await upstream.requests();
    const pull = await stage.step(title, () => pullTo(name));
    return { title, pull, upstreamRequests: (await upstream.requests()) - before };
  };
  const rows = [await row('cold pull', 'cold'), await row('warm pull', 'warm')];
  if (!upstream.isOurs) return rows;
  await upstream.stop();
  return [...rows, await row('pull with the upstream stopped', 'stopped')];
}
