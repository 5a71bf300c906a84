import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { resolve } from '../chart/resolve.ts';
import type { Values } from '../chart/values-schema.ts';
import { version } from '../version.ts';
import { installation } from './installation.ts';

/** What is to be installed, and where. */
export interface ManifestsInput {
  readonly namespace: string;
  /** Whole values: defaults filled in. */
  readonly values: Values;
  /** Whether the Namespace is among the manifests; it is unless this says otherwise. */
  readonly hasNamespace?: boolean;
}

const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

/**
 * Everything an installation takes: to be applied as it is, and again with other values. The same as the chart's templates make
 * of these values, and the namespace, which Helm makes itself.
 */
export function manifests({ namespace, values, hasNamespace = true }: ManifestsInput): readonly KubernetesObject[] {
  const scope = { namespace, values, appVersion: version };
  const objects = resolve(Object.values(installation), scope).flat(Infinity);
  return [
    ...(hasNamespace ? namespaceObject(namespace) : []),
    ...objects.map((object) => kubernetesObject.parse(object)),
  ];
}

/** Namespaces that every cluster has are left as they are. */
function namespaceObject(name: string): readonly KubernetesObject[] {
  if (name === 'default' || name.startsWith('kube-')) return [];
  // Node agents write into folders of their node, which all other levels of Pod Security forbid.
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }];
}
