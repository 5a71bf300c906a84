import type { NamespacedRule } from '@entrepot/core';
import type { KubernetesObject } from '@entrepot/kube';

const apiVersion = 'rbac.authorization.k8s.io/v1';

interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** A ServiceAccount that may do what these rules say: a Role for each namespace, a ClusterRole for what has none. */
export function accountWithRules(account: Account, rules: readonly NamespacedRule[]): readonly KubernetesObject[] {
  const byNamespace = [...Map.groupBy(rules, ({ namespace }) => namespace)];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name, namespace: account.namespace } },
    ...byNamespace.flatMap(([namespace, group]) => roleAndBinding(account, namespace, group)),
  ];
}

function roleAndBinding(
  account: Account,
  namespace: string | undefined,
  rules: readonly NamespacedRule[],
): readonly KubernetesObject[] {
  const prefix = namespace === undefined ? 'Cluster' : '';
  const metadata = namespace === undefined ? { name: account.name } : { name: account.name, namespace };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: `${prefix}Role`, name: account.name };
  return [
    { apiVersion, kind: `${prefix}Role`, metadata, rules: rules.map(policyRule) },
    { apiVersion, kind: `${prefix}RoleBinding`, metadata, roleRef, subjects: [{ kind: 'ServiceAccount', ...account }] },
  ];
}

/** A rule as a Role has it, which is in a namespace itself. */
function policyRule({ apiGroups, resources, resourceNames, verbs }: NamespacedRule): object {
  return { apiGroups, resources, ...(resourceNames !== undefined && { resourceNames }), verbs };
}
