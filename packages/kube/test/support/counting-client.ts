import { inject } from 'vitest';
import { KubeClient, loadConnection } from '../../src/index.ts';

/** A client that notes what it was asked for, discovery of kinds aside. */
export class CountingClient extends KubeClient {
  readonly requests: string[] = [];

  static async connect(): Promise<CountingClient> {
    return new CountingClient(await loadConnection({ kubeconfig: inject('kubeconfig') }));
  }

  override async request<T>(...args: Parameters<KubeClient['request']>): Promise<T> {
    const [method, path] = args;
    if (/namespaces/.test(path)) this.requests.push(`${method} ${path.split('/').slice(5).join('/')}`);
    return super.request<T>(...args);
  }
}
