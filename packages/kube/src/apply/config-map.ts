import type { GroupVersionKind, KubernetesObject } from '../object.ts';

export const configMapKind: GroupVersionKind = { group: '', version: 'v1', kind: 'ConfigMap' };

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}
