import { formatKey, keyOf, kindOf, type GroupVersionKind, type KubernetesObject, type ObjectKey } from '@entrepot/kube';

/** What the cluster holds, as far as planning may look: informers' stores in the operator, plain objects in `entrepot render`. */
export interface ClusterState {
  get(kind: GroupVersionKind, key: ObjectKey): KubernetesObject | undefined;
  list(kind: GroupVersionKind, namespace?: string): readonly KubernetesObject[];
}

/** One text for a kind; the version is left out, as objects are the same in all versions. */
export function kindKey({ group, kind }: Pick<GroupVersionKind, 'group' | 'kind'>): string {
  return `${kind}.${group}`;
}

/**
 * A state made of given objects.
 *
 * @param namespaceless the namespace of objects that name none though their kind lives in one; what `kubectl apply -n` would do
 */
export function stateOf(objects: readonly KubernetesObject[], namespaceless?: string): ClusterState {
  const byKind = Map.groupBy(objects, (object) => kindKey(kindOf(object)));
  const isAt = (object: KubernetesObject, key: ObjectKey): boolean =>
    formatKey(keyOf(object)) === formatKey(key) ||
    (object.metadata.namespace === undefined && key.namespace === namespaceless && object.metadata.name === key.name);
  return {
    get: (kind, key) => byKind.get(kindKey(kind))?.find((object) => isAt(object, key)),
    list: (kind, namespace) =>
      (byKind.get(kindKey(kind)) ?? []).filter(
        ({ metadata }) => namespace === undefined || (metadata.namespace ?? namespaceless) === namespace,
      ),
  };
}
