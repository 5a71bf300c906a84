import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { PodDisruptionBudget } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import { cacheServerLabels } from './cache-server.ts';
import { selects } from './label-selector.ts';
import { namesOf, registryPort } from './naming.ts';
import { baseLabels, ownerOf, registryComponent } from './ownership.ts';

const budgetShape = z.looseObject({ spec: z.looseObject({ selector: z.unknown() }) });

/** What a mirror's pods are protected by; it serves without as well. */
export function guards(mirror: string, state: ClusterState, settings: MirrorSettings): readonly KubernetesObject[] {
  return [
    ...(hasForeignBudget(mirror, state, settings) ? [] : [disruptionBudget(mirror, settings)]),
    ...(settings.hasNetworkPolicy ? [networkPolicy(mirror, settings)] : []),
  ];
}

/** One replica at a time may be evicted: with a single one, it may, too. */
function disruptionBudget(mirror: string, { namespace }: MirrorSettings): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name: namesOf(mirror).disruptionBudget },
    spec: {
      maxUnavailable: 1,
      // One that does not serve holds nobody up.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { ...baseLabels(mirror), ...registryComponent } },
    },
  };
}

/** Pods that two budgets select cannot be evicted at all, and whoever made one for a mirror meant it. */
function hasForeignBudget(mirror: string, state: ClusterState, settings: MirrorSettings): boolean {
  const labels = cacheServerLabels(mirror, settings);
  return state
    .list(PodDisruptionBudget, settings.namespace)
    .some(
      (budget) => ownerOf(budget) === undefined && selects(budgetShape.safeParse(budget).data?.spec.selector, labels),
    );
}

/**
 * Pulls come from nodes, which no selector names, so the mirror's port is open to all; every other port of its pods and of its
 * node agents is closed, but for the node that a pod runs on.
 */
function networkPolicy(mirror: string, { namespace }: MirrorSettings): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name: namesOf(mirror).networkPolicy },
    spec: {
      podSelector: { matchLabels: baseLabels(mirror) },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: registryPort.containerPort, protocol: 'TCP' }] }],
    },
  };
}
