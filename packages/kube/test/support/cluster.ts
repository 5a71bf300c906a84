import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { KubeClient, loadConnection, type GroupVersionKind, type KubernetesObject } from '../../src/index.ts';

export const ConfigMap: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };
export const Namespace: GroupVersionKind = { group: '', version: 'v1', kind: 'Namespace' };

/** A client of the shared API server. */
export async function clusterClient(options: ConstructorParameters<typeof KubeClient>[1] = {}): Promise<KubeClient> {
  return new KubeClient(await loadConnection({ kubeconfig: inject('kubeconfig') }), options);
}

/** A namespace of the test's own. */
export async function freshNamespace(client: KubeClient): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

export function configMap(
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels }, data };
}

/** A CustomResourceDefinition of a namespaced kind that takes anything. */
export function anyCRD(group: string, kind: string): KubernetesObject {
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural: `${singular}s`, singular },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
