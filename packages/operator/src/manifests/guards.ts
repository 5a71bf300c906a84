import { ifAny, type Tree, when } from '../chart/tree.ts';
import { namespace, value } from '../chart/expression.ts';
import { operatorName, operatorSelector } from '../chart/values-schema.ts';
import { keptWithMirrors, metadata } from './metadata.ts';

const healthPort = value('settings.healthPort');
const systemClasses = ['system-cluster-critical', 'system-node-critical'];

/** Lets pods of the system's priority classes run in the namespace, where a cluster limits them to those with such a quota. */
const criticalPodsQuota: Tree = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { ...metadata('entrepot-critical-pods', namespace), annotations: keptWithMirrors },
  spec: {
    hard: { pods: '1000000' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: systemClasses }] },
  },
};

const podDisruptionBudget: Tree = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadata(operatorName, namespace),
  spec: {
    maxUnavailable: value('podDisruptionBudget.maxUnavailable'),
    selector: { matchLabels: operatorSelector },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  },
};

const networkPolicy: Tree = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(operatorName, namespace),
  spec: {
    podSelector: { matchLabels: operatorSelector },
    policyTypes: ['Ingress'],
    ingress: when(healthPort, [
      { ports: [{ port: healthPort, protocol: 'TCP' }], from: ifAny(value('networkPolicy.from')) },
    ]),
  },
};

/** What keeps the operator's pods running, and others from them. */
export const operatorGuards: readonly Tree[] = [
  when(value('criticalPodsQuota'), criticalPodsQuota),
  when(value('podDisruptionBudget.enabled'), podDisruptionBudget),
  when(value('networkPolicy.enabled'), networkPolicy),
];
