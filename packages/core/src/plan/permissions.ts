import type { GroupVersionKind } from '@entrepot/kube';
import { DaemonSet, NetworkPolicy, PodDisruptionBudget, Secret, Service, StatefulSet } from '../api/group.ts';
import { kindKey } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import type { NamespacedRule } from '../strategy/contract.ts';
import type { ConfiguredStrategy } from '../strategy/define.ts';
import { leaseName } from './naming.ts';

const managing = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

/** Every kind the operator applies objects of: the mirror's own and those of these strategies, each once. */
export function managedKinds(strategies: readonly ConfiguredStrategy[]): readonly GroupVersionKind[] {
  const own = [Service, Secret, PodDisruptionBudget, NetworkPolicy, StatefulSet, DaemonSet];
  const all = [...own, ...strategies.flatMap(({ strategy }) => strategy.manages)];
  return [...new Map(all.map((kind) => [kindKey(kind), kind])).values()];
}

/** What the operator must be allowed to do with these settings and strategies; for its Roles and ClusterRole. */
export function requiredRules(
  { namespace }: Pick<MirrorSettings, 'namespace'>,
  strategies: readonly ConfiguredStrategy[],
): readonly NamespacedRule[] {
  return [
    { apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors'], verbs: ['get', 'list', 'watch', 'patch'] },
    { apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors/status'], verbs: ['get', 'patch', 'update'] },
    { namespace, apiGroups: [''], resources: ['services', 'secrets', 'configmaps'], verbs: managing },
    { namespace, apiGroups: ['apps'], resources: ['statefulsets', 'daemonsets'], verbs: managing },
    { namespace, apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: managing },
    { namespace, apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: managing },
    { namespace, apiGroups: ['cert-manager.io'], resources: ['certificates'], verbs: managing },
    // Only to let the volumes of mirrors grow.
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['list', 'watch'] },
    { namespace, apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['list', 'watch', 'patch'] },
    // Only to name the nodes that do not answer, and to say why no replica starts.
    { namespace, apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    // What does not exist yet has no name by which a rule could allow it.
    { namespace, apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      namespace,
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [leaseName],
      verbs: ['get', 'update', 'patch'],
    },
    // Events about cluster-scoped objects are kept in the namespace `default`, those about the inventory in its own.
    ...[...new Set(['default', namespace])].map((where) => ({
      namespace: where,
      apiGroups: ['events.k8s.io'],
      resources: ['events'],
      verbs: ['create', 'patch', 'update'],
    })),
    ...strategies.flatMap(({ strategy, settings: own }) => strategy.rules(own)),
  ];
}
