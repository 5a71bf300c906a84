import { startControlPlane } from '@entrepot/control-plane';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly kubeconfig: string;
  }
}

/** Starts the API server that all test files share, each in namespaces of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plane = await startControlPlane();
  project.provide('kubeconfig', plane.kubeconfig);
  return () => plane.stop();
}
