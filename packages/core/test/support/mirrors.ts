import type { KubernetesObject } from '@entrepot/kube';

/** A RegistryMirror as the API server has it. */
export function registryMirror(name: string, spec: unknown, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: 'k8s.osp.tech/v1',
    kind: 'RegistryMirror',
    metadata: { name, uid: `uid-of-${name}`, generation: 1, ...metadata },
    spec,
  };
}

/** The Service of a mirror with an address, owned by it. */
export function serviceOf(mirror: string, ...clusterIPs: readonly string[]): KubernetesObject {
  const owner = { apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: mirror, uid: `uid-of-${mirror}` };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'mirrors', name: `registry-mirror-${mirror}`, ownerReferences: [owner] },
    spec: { clusterIP: clusterIPs[0], clusterIPs },
  };
}
