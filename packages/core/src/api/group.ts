import type { GroupVersionKind } from '@entrepot/kube';

/** The resource that users write. */
export const RegistryMirror: GroupVersionKind = { group: 'k8s.osp.tech', version: 'v1', kind: 'RegistryMirror' };

/** The kinds that every mirror needs, whatever its strategies. */
export const ConfigMap: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };
export const Secret: GroupVersionKind = { group: '', version: 'v1', kind: 'Secret' };
export const Service: GroupVersionKind = { group: '', version: 'v1', kind: 'Service' };
export const StatefulSet: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'StatefulSet' };
export const DaemonSet: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'DaemonSet' };

/** What protects the pods of a mirror. */
export const PodDisruptionBudget: GroupVersionKind = { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget' };
export const NetworkPolicy: GroupVersionKind = { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' };

export const Pod: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };

/** The volumes of replicas, made by others. */
export const PersistentVolumeClaim: GroupVersionKind = { group: '', version: 'v1', kind: 'PersistentVolumeClaim' };
export const StorageClass: GroupVersionKind = { group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass' };

/** Keeps a RegistryMirror that is deleted until nodes have nothing of it any more. */
export const nodesFinalizer = 'entrepot.k8s.osp.tech/nodes';

/** The ConfigMap by which a cluster's owner says what node agents may do. */
export const nodePolicyName = 'entrepot-node-policy';

/** The field manager under which everything is applied. */
export const fieldManager = 'entrepot';

/**
 * Under what mirror-operator wrote: the API server takes a field manager from the user agent, here those of the Kubernetes client
 * for Python, now and before 2020; what is older than field managers has the third one.
 */
export const formerFieldManagers: readonly string[] = ['OpenAPI-Generator', 'Swagger-Codegen', 'before-first-apply'];
