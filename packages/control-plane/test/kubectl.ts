import { execFile } from 'node:child_process';
import type { ControlPlane } from '../src/index.ts';

/** Runs the control plane's own kubectl and returns what it prints; an object to apply is passed on standard input. */
export function kubectl(
  plane: ControlPlane,
  args: readonly string[],
  options: { readonly input?: object; readonly kubeconfig?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = ['--kubeconfig', options.kubeconfig ?? plane.kubeconfig, ...args];
    const child = execFile(plane.kubectl, all, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
    child.stdin?.end(options.input === undefined ? '' : JSON.stringify(options.input));
  });
}

/** A ConfigMap, the simplest object there is. */
export function configMap(namespace: string, name: string, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, ...metadata }, data: { name } };
}
