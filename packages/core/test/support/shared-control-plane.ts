import { poll, startControlPlane } from '@entrepot/control-plane';
import { KubeClient, loadConnection } from '@entrepot/kube';
import type { TestProject } from 'vitest/node';
import { RegistryMirror, registryMirrorCRD } from '../../src/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly kubeconfig: string;
    readonly kubectl: string;
  }
}

/**
 * Starts the API server that all test files share and installs RegistryMirror. Workloads have no controllers here: tests
 * say themselves how many pods are ready.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plane = await startControlPlane({
    controllers: ['*', '-statefulset-controller', '-daemonset-controller', '-node-lifecycle-controller'],
  });
  const client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
  await client.create(registryMirrorCRD());
  const isServed = async () =>
    client.list(RegistryMirror).then(
      () => true,
      () => false,
    );
  await poll('the kind RegistryMirror', isServed, { deadlineMs: 60_000, everyMs: 50 });
  await client.close();
  project.provide('kubeconfig', plane.kubeconfig);
  project.provide('kubectl', plane.kubectl);
  return () => plane.stop();
}
