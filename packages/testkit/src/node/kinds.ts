import type { GroupVersionKind } from '@entrepot/kube';

export const podKind: GroupVersionKind = { group: '', version: 'v1', kind: 'Pod' };
export const nodeKind: GroupVersionKind = { group: '', version: 'v1', kind: 'Node' };
export const secretKind: GroupVersionKind = { group: '', version: 'v1', kind: 'Secret' };
export const configMapKind: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };
export const serviceKind: GroupVersionKind = { group: '', version: 'v1', kind: 'Service' };
export const endpointSliceKind: GroupVersionKind = { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice' };
