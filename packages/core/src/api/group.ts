import type { GroupVersionKind } from '@entrepot/kube';

/** The resource that users write. */
export const RegistryMirror: GroupVersionKind = { group: 'k8s.osp.tech', version: 'v1', kind: 'RegistryMirror' };

/** The kinds that every mirror needs, whatever its strategies. */
export const ConfigMap: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };
export const Secret: GroupVersionKind = { group: '', version: 'v1', kind: 'Secret' };
export const Service: GroupVersionKind = { group: '', version: 'v1', kind: 'Service' };
export const StatefulSet: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'StatefulSet' };
export const DaemonSet: GroupVersionKind = { group: 'apps', version: 'v1', kind: 'DaemonSet' };

/** The field manager under which everything is applied. */
export const fieldManager = 'entrepot';
