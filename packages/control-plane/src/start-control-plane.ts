import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts';
import { createCredentials } from './credentials.ts';
import { freePort } from './free-port.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';
import { auditPolicy, type Layout } from './program-arguments.ts';
import { RunningControlPlane } from './running-control-plane.ts';
import { Watchdog } from './watchdog.ts';

const defaults = {
  serviceClusterIPRange: '127.64.0.0/16',
  // Nodes here report no health, so nothing may be concluded from their silence.
  controllers: ['*', '-node-lifecycle-controller', '-taint-eviction-controller'],
} as const;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free loopback ports, with certificates of their own. Done
 * when pods could be created: the API server is ready and the controllers are at work. Everything ends with this
 * process, however that ends. Fails when a program is missing, or with the end of its log when it does not come up.
 *
 * @example
 * const plane = await startControlPlane();
 * process.env['KUBECONFIG'] = plane.kubeconfig;
 * await plane.stop();
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const programs = await kubernetesPrograms(options.onProgress);
  const directory = await emptyDirectory(options.directory);
  const watchdog = new Watchdog(directory);
  try {
    const layout: Layout = {
      directory,
      ports: { etcd: await freePort(), etcdPeer: await freePort(), apiServer: await freePort() },
      serviceClusterIPRange: options.serviceClusterIPRange ?? defaults.serviceClusterIPRange,
      controllers: options.controllers ?? defaults.controllers,
      audit: options.audit,
    };
    if (layout.audit !== undefined) await writeFile(join(directory, 'audit-policy.json'), auditPolicy(layout.audit));
    const controlPlane = new RunningControlPlane(programs, layout, await createCredentials(layout), watchdog);
    await controlPlane.start();
    return controlPlane;
  } catch (error) {
    await watchdog.end();
    throw error;
  }
}

async function emptyDirectory(given: string | undefined): Promise<string> {
  if (given === undefined) return mkdtemp(join(tmpdir(), 'entrepot-control-plane-'));
  const directory = resolve(given);
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0)
    throw new Error(`${directory} is not empty, and would be removed at the end`);
  return directory;
}
