import { setTimeout as delay } from 'node:timers/promises';
import type { NamespacedRule } from '@entrepot/core';
import type { KubeClient, KubernetesObject } from '@entrepot/kube';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
/** The API server learns of new roles by a watch of its own. */
const grantPauseMs = 50;

/** Roles that let this user do what the rules say, and no more: one for each namespace, a ClusterRole for rules without. */
export function rolesFor(user: string, rules: readonly NamespacedRule[]): readonly KubernetesObject[] {
  return [...Map.groupBy(rules, ({ namespace }) => namespace)].flatMap(([namespace, group]) => {
    const prefix = namespace === undefined ? 'Cluster' : '';
    const metadata = namespace === undefined ? { name: user } : { name: user, namespace };
    return [
      { apiVersion, kind: `${prefix}Role`, metadata, rules: group.map(({ namespace: _in, ...rule }) => rule) },
      {
        apiVersion,
        kind: `${prefix}RoleBinding`,
        metadata,
        roleRef: { apiGroup, kind: `${prefix}Role`, name: user },
        subjects: [{ apiGroup, kind: 'User', name: user }],
      },
    ];
  });
}

/** Resolves when the client's user may do what these rules say; without it, a role of a moment ago may not count yet. */
export async function untilGranted(client: KubeClient, rules: readonly NamespacedRule[]): Promise<void> {
  for (const rule of rules) while (!(await isGranted(client, rule))) await delay(grantPauseMs);
}

async function isGranted(client: KubeClient, rule: NamespacedRule): Promise<boolean> {
  const [group = '', path = '', verb = ''] = [rule.apiGroups[0], rule.resources[0], rule.verbs[0]];
  const [resource, subresource] = path.split('/');
  const [name] = rule.resourceNames ?? [];
  const request: KubernetesObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: { namespace: rule.namespace, group, resource, subresource, verb, name } },
  };
  const review = await client.create(request);
  const [, allowed] = Object.entries(review['status'] ?? {}).find(([key]) => key === 'allowed') ?? [];
  return allowed === true;
}
