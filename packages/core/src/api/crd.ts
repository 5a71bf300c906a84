import type { KubernetesObject } from '@entrepot/kube';

/** The CustomResourceDefinition of RegistryMirror, to `kubectl apply`. */
export function registryMirrorCRD(): KubernetesObject {
  throw new Error('not built yet');
}
