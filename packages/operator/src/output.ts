import { formatKey, keyOf, type KubernetesObject } from '@entrepot/kube';
import { printYaml } from './print-yaml.ts';

export const outputFormats = ['yaml', 'json'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** The order in which objects are best applied: what others need comes first. Kinds that are not listed come last. */
const kindOrder = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'PodDisruptionBudget',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'StatefulSet',
  'DaemonSet',
  'Deployment',
];

/** Objects as `kubectl apply -f -` takes them, in a fixed order: YAML documents, or one List in JSON. */
export function printObjects(objects: readonly KubernetesObject[], format: OutputFormat): string {
  const sorted = objects.toSorted(byKindAndName).map(readable);
  if (format === 'json') return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: sorted }, undefined, 2)}\n`;
  return sorted.map(printYaml).join('---\n');
}

function byKindAndName(one: KubernetesObject, other: KubernetesObject): number {
  return (
    rank(one) - rank(other) ||
    compare(one.kind, other.kind) ||
    compare(one.apiVersion, other.apiVersion) ||
    compare(formatKey(keyOf(one)), formatKey(keyOf(other)))
  );
}

function rank({ kind }: KubernetesObject): number {
  const index = kindOrder.indexOf(kind);
  return index < 0 ? kindOrder.length : index;
}

/** By code points: the same on every machine, whatever its language. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** The head of an object first, everything else by name. */
function readable({ apiVersion, kind, metadata, ...rest }: KubernetesObject): object {
  const { name, namespace, ...otherMetadata } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...sortedFields(otherMetadata) },
    ...sortedFields(rest),
  };
}

function sortedFields(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => compare(one, other))
      .map(([name, field]) => [name, sorted(field)]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  return typeof value === 'object' && value !== null ? sortedFields(value) : value;
}
